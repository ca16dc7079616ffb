package dev.hastack.testkit;

import java.util.List;
import java.util.Map;

/**
 * What an {@link ElasticsearchCluster} consists of when it is whole; equal layouts may share one.
 *
 * @param nodes ids, each {@code [a-z0-9-]+}; each node holds data and may become the master
 * @param password whether clients must log in as the user {@code elastic}
 * @param roles by name, as the JSON of {@code PUT _security/role/<name>}; each has a user of its name
 * @param tls whether nodes speak HTTPS instead of HTTP
 * @param heap of each node, in MiB
 * @param settings of elasticsearch.yml on every node, before which the testkit's own yield
 */
public record ElasticsearchLayout(
        List<String> nodes,
        boolean password,
        Map<String, String> roles,
        boolean tls,
        int heap,
        Map<String, String> settings)
        implements StoreLayout {
    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if there is no node, or an id is malformed or given twice, or there are roles and nobody
     *     has to log in, or the heap is not positive
     */
    public ElasticsearchLayout {
        nodes = NodeIds.checked(nodes);
        settings = Map.copyOf(settings);
        roles = Map.copyOf(roles);
        if (!roles.isEmpty() && !password) {
            throw new IllegalArgumentException(
                    "roles " + roles.keySet() + " need users who log in: call password() too");
        }
        if (heap < 1) {
            throw new IllegalArgumentException("heap = " + heap + " MiB: expected a positive number");
        }
    }

    @Override
    public ElasticsearchCluster start() {
        return ElasticsearchCluster.start(this);
    }
}
