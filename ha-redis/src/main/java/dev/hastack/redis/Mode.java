package dev.hastack.redis;

import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.Snapshot;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;

/** What {@link HaRedis} is of: one primary with its replicas, or a Redis Cluster. Its methods are documented there. */
interface Mode {

    /**
     * A connection of all callers.
     *
     * @param primary whether reads go to the primary, too
     * @param idempotent whether writes may be sent again after their answer was lost
     */
    <K, V> StatefulRedisConnection<K, V> shared(RedisCodec<K, V> codec, boolean primary, boolean idempotent);

    <K, V> StatefulRedisConnection<K, V> dedicated(RedisCodec<K, V> codec);

    <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec);

    <K, V> DurableWrites<K, V> durable(RedisCodec<K, V> codec, Durability durability);

    <K, V> StatefulRedisClusterConnection<K, V> cluster(RedisCodec<K, V> codec);

    Snapshot topology();

    StoreHealth health();

    boolean awaitReady(Duration timeout) throws InterruptedException;

    boolean close(Duration drain);
}
