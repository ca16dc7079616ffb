package dev.hastack.redis;

import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.health.Reports;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.Snapshot;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Redis of an open stack: {@code stack.get(HaRedis.class)}.
 *
 * <p>{@link #connection()} is Lettuce's own connection, with its synchronous, asynchronous and reactive API. All threads
 * may share one; so do all connections of a process share one channel to each node. Each command goes where it belongs:
 * reads to the stack's replicas, writes and whatever is not known to the primary. A read whose node fails or does not
 * answer is sent to the next. A write that was not done, or not sent, waits for the primary; one whose answer was lost fails
 * with an {@link OutcomeUnknownException}, and is never sent twice. Nothing waits for longer than {@code
 * ha.redis.writes.wait} or {@code reads.wait} and {@code command-timeout} together. Thread-safe.
 */
public final class HaRedis implements Store {
    private final Mode mode;
    private final Reports reports = new Reports();

    private HaRedis(Mode mode) {
        this.mode = mode;
    }

    static HaRedis open(StoreContext context, RedisConfig config) {
        return new HaRedis(config.cluster() ? ClusterStore.open(context, config) : Replication.open(context, config));
    }

    /** Text keys and values, in UTF-8; see {@link #connection(RedisCodec)}. */
    public StatefulRedisConnection<String, String> connection() {
        return connection(StringCodec.UTF8);
    }

    /**
     * A connection that routes each command. Costs nothing to make; closing it closes nothing else. Refuses, by a {@link
     * SharedConnectionException}, what would bind it to one caller: transactions, blocking commands, SELECT, SUBSCRIBE.
     */
    public <K, V> StatefulRedisConnection<K, V> connection(RedisCodec<K, V> codec) {
        return mode.shared(codec, false, false);
    }

    /** As {@link #connection()}, with the reads, too, at the primary: they show all that was written before. */
    public StatefulRedisConnection<String, String> primary() {
        return primary(StringCodec.UTF8);
    }

    /** As {@link #primary()}, for keys and values of other types. */
    public <K, V> StatefulRedisConnection<K, V> primary(RedisCodec<K, V> codec) {
        return mode.shared(codec, true, false);
    }

    /**
     * As {@link #connection()}, for writes of which twice is as good as once (SET, HSET, DEL, SADD, ZADD; not INCR, APPEND,
     * LPUSH): one whose answer was lost is sent again.
     */
    public StatefulRedisConnection<String, String> idempotent() {
        return idempotent(StringCodec.UTF8);
    }

    /** As {@link #idempotent()}, for keys and values of other types. */
    public <K, V> StatefulRedisConnection<K, V> idempotent(RedisCodec<K, V> codec) {
        return mode.shared(codec, false, true);
    }

    /** Text keys and values, in UTF-8; see {@link #dedicated(RedisCodec)}. */
    public StatefulRedisConnection<String, String> dedicated() {
        return dedicated(StringCodec.UTF8);
    }

    /**
     * A connection of the caller's own to the present primary, for transactions and blocking commands; waits for a primary.
     * Each call opens one; close it. It stays with its node: when that is no primary any more, or hangs, it is closed, and
     * what is under way on it fails. It does not reconnect; ask for a new one. Not routed, not retried; commands have {@code
     * ha.redis.command-timeout}, and blocking ones their own time on top.
     *
     * @throws NoPrimaryException if there is none within {@code ha.redis.writes.wait}
     * @throws NotWritableException in a stack that may only read
     */
    public <K, V> StatefulRedisConnection<K, V> dedicated(RedisCodec<K, V> codec) {
        return mode.dedicated(codec);
    }

    /** Text channels and messages, in UTF-8; see {@link #pubSub(RedisCodec)}. */
    public StatefulRedisPubSubConnection<String, String> pubSub() {
        return pubSub(StringCodec.UTF8);
    }

    /**
     * A connection that subscribes, to the primary, or while there is none, to a replica. It follows the topology, and
     * subscribes again after each change; what is published meanwhile is lost to it. Close it.
     *
     * @throws NoReplicaException if there is no node within {@code ha.redis.reads.wait}
     */
    public <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec) {
        return mode.pubSub(codec);
    }

    /** Text keys and values, in UTF-8; see {@link #durable(RedisCodec, Durability)}. */
    public DurableWrites<String, String> durable(Durability durability) {
        return durable(StringCodec.UTF8, durability);
    }

    /** Writes that count only once replicas have them. Costs nothing to make: all of a stack share their connections. */
    public <K, V> DurableWrites<K, V> durable(RedisCodec<K, V> codec, Durability durability) {
        return mode.durable(codec, durability);
    }

    /** Text keys and values, in UTF-8; see {@link #cluster(RedisCodec)}. */
    public StatefulRedisClusterConnection<String, String> cluster() {
        return cluster(StringCodec.UTF8);
    }

    /**
     * With {@code ha.redis.cluster=true}: Lettuce's own connection to a Redis Cluster, with the deadlines, the key prefix and
     * the outcomes of {@link #connection()}. All threads may share one. It has its own connections to the nodes: make one,
     * keep it, and close it. Waits for the cluster.
     *
     * @throws NoReplicaException if no node can be connected to within {@code ha.redis.reads.wait}
     * @throws IllegalStateException without {@code ha.redis.cluster=true}; with it, {@link #connection()} and all others
     *     but {@link #pubSub()} throw that
     */
    public <K, V> StatefulRedisClusterConnection<K, V> cluster(RedisCodec<K, V> codec) {
        return mode.cluster(codec);
    }

    /** The topology as the last probes saw it; does no I/O. Not of a Redis Cluster, which has more than one primary. */
    public Snapshot topology() {
        return mode.topology();
    }

    /**
     * Adds to what this store's health says, for as long as the returned handle is open. One that throws costs its own words
     * alone.
     *
     * @param name of what it is about; the last of a name counts
     * @param words asked for at each {@link #health}; must not block
     */
    public AutoCloseable report(String name, Supplier<String> words) {
        return reports.add(name, words);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public StoreHealth health() {
        return reports.addedTo(mode.health());
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return mode.awaitReady(timeout);
    }

    @Override
    public boolean close(Duration drain) {
        return mode.close(drain);
    }
}
