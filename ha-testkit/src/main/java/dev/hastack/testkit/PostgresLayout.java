package dev.hastack.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a PostgreSQL cluster consists of when it is whole; equal layouts may share a cluster.
 *
 * @param nodes ids, each {@code [a-z0-9-]+}; the first is the primary, all others stream from it
 * @param synchronous the standby that a commit on the first node waits for
 * @param database a database that exists from the start, owned by {@code username}
 * @param username a role that may log in, and is no superuser
 * @param password the role's password, checked by SCRAM
 * @param tls whether the role may log in over TLS only
 * @param settings of postgresql.conf on every node, before which the testkit's own yield
 */
public record PostgresLayout(
        List<String> nodes,
        Optional<String> synchronous,
        String database,
        String username,
        String password,
        boolean tls,
        Map<String, String> settings)
        implements StoreLayout {
    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if there is no node, an id is malformed or given twice, or {@code synchronous}
     *     names no standby
     */
    public PostgresLayout {
        nodes = NodeIds.checked(nodes);
        settings = Map.copyOf(settings);
        List<String> standbys = nodes.subList(1, nodes.size());
        if (synchronous.isPresent() && !standbys.contains(synchronous.get())) {
            throw new IllegalArgumentException(
                    "synchronous node \"" + synchronous.get() + "\" is none of the standbys " + standbys);
        }
    }

    @Override
    public PostgresCluster start() {
        return PostgresCluster.start(this);
    }
}
