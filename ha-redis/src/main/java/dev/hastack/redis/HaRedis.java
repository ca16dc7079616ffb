package dev.hastack.redis;

import dev.hastack.core.Store;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.redis.queue.JobQueueBuilder;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.function.Supplier;

/**
 * One primary of Redis with its replicas, in an open stack: {@code stack.get(HaRedis.class)}. A Redis Cluster is a {@link
 * HaRedisCluster}.
 *
 * <p>{@link #connection()} is Lettuce's own connection, with its synchronous, asynchronous and reactive API. All threads
 * may share one; so do all connections of a process share one channel to each node. Each command goes where it belongs:
 * reads to the stack's replicas, writes and whatever is not known to the primary. A read whose node fails or does not
 * answer is sent to the next. A write that was not done, or not sent, waits for the primary; one whose answer was lost fails
 * with an {@link RedisOutcomeUnknownException}, and is never sent twice. Nothing waits for longer than {@code
 * ha.redis.writes.wait} or {@code reads.wait} and {@code command-timeout} together. Thread-safe.
 */
public interface HaRedis extends Store {

    /** Returns a connection for text keys and values in UTF-8, as {@link #connection(RedisCodec)} does. */
    default StatefulRedisConnection<String, String> connection() {
        return connection(StringCodec.UTF8);
    }

    /**
     * Returns a connection that routes each command. It costs nothing to make, and closing it closes nothing else. It
     * refuses, by a {@link RedisSharedConnectionException}, what would bind it to one caller: transactions, blocking commands,
     * SELECT, SUBSCRIBE.
     */
    <K, V> StatefulRedisConnection<K, V> connection(RedisCodec<K, V> codec);

    /**
     * Returns a connection as {@link #connection()} does, but with reads at the primary as well: they show all that was
     * written before.
     */
    default StatefulRedisConnection<String, String> primary() {
        return primary(StringCodec.UTF8);
    }

    /** Returns a connection as {@link #primary()} does, for keys and values of other types. */
    <K, V> StatefulRedisConnection<K, V> primary(RedisCodec<K, V> codec);

    /**
     * Returns a connection as {@link #connection()} does, for idempotent writes (SET, HSET, DEL, SADD, ZADD; not INCR,
     * APPEND, LPUSH): one whose answer was lost is sent again.
     */
    default StatefulRedisConnection<String, String> idempotent() {
        return idempotent(StringCodec.UTF8);
    }

    /** Returns a connection as {@link #idempotent()} does, for keys and values of other types. */
    <K, V> StatefulRedisConnection<K, V> idempotent(RedisCodec<K, V> codec);

    /** Opens a connection for text keys and values in UTF-8, as {@link #dedicated(RedisCodec)} does. */
    default StatefulRedisConnection<String, String> dedicated() {
        return dedicated(StringCodec.UTF8);
    }

    /**
     * Opens a connection to the present primary for one caller alone, for transactions and blocking commands; waits for a
     * primary. Close it after use. It stays with its node: when that is no longer the primary, or hangs, the connection is
     * closed, and the commands in flight on it fail. It does not reconnect; ask for a new one. It neither routes nor
     * repeats commands, which have {@code ha.redis.command-timeout}, and blocking ones their own time on top.
     *
     * @throws RedisNoPrimaryException if there is none within {@code ha.redis.writes.wait}
     * @throws RedisNotWritableException in a stack that may only read
     */
    <K, V> StatefulRedisConnection<K, V> dedicated(RedisCodec<K, V> codec);

    /** Opens a connection for text channels and messages in UTF-8, as {@link #pubSub(RedisCodec)} does. */
    default StatefulRedisPubSubConnection<String, String> pubSub() {
        return pubSub(StringCodec.UTF8);
    }

    /**
     * Opens a connection that subscribes: at the primary, or while there is none, at a replica. It follows the topology,
     * and subscribes again after each change; what is published meanwhile does not reach it. Close it after use.
     *
     * @throws RedisNoReplicaException if there is no node within {@code ha.redis.reads.wait}
     */
    <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec);

    /** Returns durable writes of text keys and values in UTF-8, as {@link #durable(RedisCodec, Durability)} does. */
    default DurableWrites<String, String> durable(Durability durability) {
        return durable(StringCodec.UTF8, durability);
    }

    /**
     * Returns writes that count only once replicas have them. It costs nothing to make, however often: all of a stack that
     * have equal codecs share their connections, and leave at most sixteen idle. Close those that are no longer needed.
     */
    <K, V> DurableWrites<K, V> durable(RedisCodec<K, V> codec, Durability durability);

    /**
     * Returns a queue of jobs that is yet to be opened; processes that open it under one name share it.
     *
     * @param name 1 to 100 letters, digits, dots, hyphens and underscores
     * @throws IllegalArgumentException if the name is not made of these
     */
    JobQueueBuilder queue(String name);

    /** Returns the topology as the last probes saw it; does no I/O. */
    Snapshot topology();

    /**
     * Adds notes to this store's {@link #health} until the registration is closed. Suppliers may share a name: each
     * speaks for itself. One that throws an exception spoils only its own notes, in whose place health says so.
     *
     * @param name what the notes are about; the order of notes goes by it
     * @param notes is called at each {@link #health}, by the thread that asks; must not block
     */
    NoteRegistration addNotes(String name, Supplier<List<HealthNote>> notes);
}
