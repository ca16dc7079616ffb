package dev.hastack.testkit;

import java.util.List;
import java.util.Map;

/**
 * What a {@link RedisReplication} consists of when it is whole; equal layouts may share one.
 *
 * @param nodes ids, each {@code [a-z0-9-]+}; the first is the primary, all others replicate it
 * @param sentinels how many Sentinels watch over it; more than half of them decide on a failover
 * @param password whether clients must log in as the user {@code app}
 * @param tls whether nodes and Sentinels speak TLS only, among themselves too
 * @param settings of redis.conf on every node, before which the testkit's own yield
 */
public record RedisLayout(
        List<String> nodes, int sentinels, boolean password, boolean tls, Map<String, String> settings)
        implements StoreLayout {

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if there is no node, an id is malformed or given twice, or {@code sentinels} is
     *     negative
     */
    public RedisLayout {
        nodes = NodeIds.checked(nodes);
        settings = Map.copyOf(settings);
        if (sentinels < 0) {
            throw new IllegalArgumentException("there cannot be " + sentinels + " Sentinels; 0 is none");
        }
    }

    @Override
    public RedisReplication start() {
        return RedisReplication.start(this);
    }
}
