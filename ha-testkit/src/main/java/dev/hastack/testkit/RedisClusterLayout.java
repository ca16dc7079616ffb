package dev.hastack.testkit;

/**
 * What a {@link RedisCluster} consists of when it is whole; equal layouts may share one.
 *
 * @param primaries among which the slots are divided evenly
 * @param replicasEach how many replicas each primary has
 */
public record RedisClusterLayout(int primaries, int replicasEach) implements StoreLayout {

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if there are less than three primaries or a negative number of replicas
     */
    public RedisClusterLayout {
        if (primaries < 3) {
            throw new IllegalArgumentException(
                    primaries + " primaries are too few: a majority of at least three decides on a failover");
        }
        if (replicasEach < 0) {
            throw new IllegalArgumentException("there cannot be " + replicasEach + " replicas; 0 is none");
        }
    }

    @Override
    public RedisCluster start() {
        return RedisCluster.start(primaries, replicasEach);
    }
}
