package dev.hastack.testkit;

/** What a {@link StoreCluster} consists of when it is whole; equal layouts may share one. */
public sealed interface StoreLayout permits PostgresLayout, RedisLayout, RedisClusterLayout, ElasticsearchLayout {

    /**
     * Starts it, and returns when replication runs.
     *
     * @throws IllegalStateException if it cannot be started; nothing is left behind
     */
    StoreCluster start();
}
