package dev.hastack.redis;

import dev.hastack.core.Store;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NoteRegistration;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.function.Supplier;

/**
 * A Redis Cluster in an open stack, where {@code ha.redis.cluster} is {@code true}: {@code
 * stack.get(HaRedisCluster.class)}. One primary with its replicas is a {@link HaRedis}.
 *
 * <p>{@link #connection()} is Lettuce's own connection to a Redis Cluster. Each command goes to the slot of its keys: reads
 * to the replicas that the configuration prefers, writes to the primary. Deadlines, key prefix and outcomes are those of
 * {@link HaRedis#connection()}. {@link #health()} lists the role and the slots of every node. Thread-safe.
 */
public interface HaRedisCluster extends Store {

    /** Opens a connection for text keys and values in UTF-8, as {@link #connection(RedisCodec)} does. */
    default StatefulRedisClusterConnection<String, String> connection() {
        return connection(StringCodec.UTF8);
    }

    /**
     * Opens a connection that routes each command; waits for the cluster. All threads may share it. It has connections of
     * its own to the nodes: keep one, and close it at the end. It refuses, by a {@link RedisSharedConnectionException}, what
     * would bind it to one caller: transactions, blocking commands, SUBSCRIBE.
     *
     * @throws RedisNoReplicaException if no node can be connected to within {@code ha.redis.reads.wait}
     */
    <K, V> StatefulRedisClusterConnection<K, V> connection(RedisCodec<K, V> codec);

    /** Opens a connection for text channels and messages in UTF-8, as {@link #pubSub(RedisCodec)} does. */
    default StatefulRedisPubSubConnection<String, String> pubSub() {
        return pubSub(StringCodec.UTF8);
    }

    /**
     * Opens a connection that subscribes at one of the nodes, which pass on to it what is published at any. It connects
     * again, and subscribes again, when its node is lost; what is published meanwhile does not reach it. Close it after use.
     *
     * @throws RedisNoReplicaException if no node can be connected to within {@code ha.redis.reads.wait}
     */
    <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec);

    /**
     * Adds notes to this store's {@link #health} until the registration is closed. Suppliers may share a name: each
     * speaks for itself. One that throws an exception spoils only its own notes, in whose place health says so.
     *
     * @param name what the notes are about; the order of notes goes by it
     * @param notes is called at each {@link #health}, by the thread that asks; must not block
     */
    NoteRegistration addNotes(String name, Supplier<List<HealthNote>> notes);
}
