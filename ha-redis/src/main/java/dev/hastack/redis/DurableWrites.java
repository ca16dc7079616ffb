package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.IntegerListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes that count only once replicas have them. Each runs on a connection that is its own for that time, since WAIT is
 * about all that was written on a connection before, and keeps it busy. Thread-safe.
 *
 * <p>WAIT does not make Redis a consistent store: what fewer replicas than asked for have may survive all the same, and
 * Sentinel promotes the replica that has most, as far as it can tell.
 * Source: https://redis.io/docs/latest/commands/wait/.
 */
public final class DurableWrites<K, V> {
    private static final int MOST = 16;

    private static final ProtocolKeyword WAITAOF = new ProtocolKeyword() {
        @Override
        public byte[] getBytes() {
            return "WAITAOF".getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return "WAITAOF";
        }
    };

    private final RedisConfig config;
    private final OwnConnections connections;
    private final RedisCodec<K, V> codec;
    private final Durability durability;
    private final ConcurrentLinkedDeque<StatefulRedisConnection<K, V>> idle = new ConcurrentLinkedDeque<>();
    private final Semaphore permits = new Semaphore(MOST, true);

    DurableWrites(RedisConfig config, OwnConnections connections, RedisCodec<K, V> codec, Durability durability) {
        this.config = config;
        this.connections = connections;
        this.codec = codec;
        this.durability = durability;
    }

    /**
     * Does the write, and waits for its replicas. At most sixteen at a time; more wait for their turn.
     *
     * @param commands done once, at the primary
     * @throws NotDurableException if it was done, but too few replicas have it in time
     * @throws OutcomeUnknownException if the primary was lost, or demoted, before it, or the replicas, had answered
     * @throws NoPrimaryException if there is no primary in time; nothing was sent
     */
    public <T> Durable<T> write(Function<RedisCommands<K, V>, T> commands) {
        take();
        StatefulRedisConnection<K, V> connection = null;
        boolean whole = false;
        try {
            connection = connection();
            Durable<T> done = write(connection, commands);
            whole = true;
            return done;
        } catch (NotDurableException e) {
            whole = true;
            throw e;
        } finally {
            if (connection != null && whole && connection.isOpen()) {
                idle.push(connection);
            } else if (connection != null) {
                OwnConnections.close(connection);
            }
            permits.release();
        }
    }

    private void take() {
        try {
            if (!permits.tryAcquire(config.writes().maxWait().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new OverloadedException(
                        "not written: " + MOST + " durable writes are under way, and none ended within "
                                + config.writes().maxWait().toMillis() + " ms (ha.redis.writes.wait)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
    }

    private StatefulRedisConnection<K, V> connection() {
        for (StatefulRedisConnection<K, V> kept = idle.poll(); kept != null; kept = idle.poll()) {
            if (kept.isOpen()) {
                return kept;
            }
        }
        return connections.open(codec);
    }

    private <T> Durable<T> write(StatefulRedisConnection<K, V> connection, Function<RedisCommands<K, V>, T> commands) {
        T value;
        try {
            value = commands.apply(connection.sync());
        } catch (RedisException e) {
            throw lost(e);
        }
        int wanted;
        int replicas;
        boolean onDisk = true;
        try {
            wanted = wanted(connection);
            if (durability.fsynced()) {
                List<Long> counts =
                        connection.sync().dispatch(WAITAOF, new IntegerListOutput<>(codec), waitAof(wanted));
                onDisk = counts.get(0) > 0;
                replicas = counts.get(1).intValue();
            } else {
                replicas = connection
                        .sync()
                        .waitForReplication(wanted, durability.within().toMillis())
                        .intValue();
            }
        } catch (RedisException e) {
            throw new OutcomeUnknownException("written, but nobody knows how many replicas have it: " + message(e), e);
        }
        if (replicas < wanted || !onDisk) {
            throw new NotDurableException(
                    "written, but only " + replicas + " of " + wanted + " replicas had it within "
                            + durability.within().toMillis() + " ms"
                            + (onDisk ? "" : ", and not the primary's own disk")
                            + ": a failover could lose it",
                    value,
                    replicas);
        }
        return new Durable<>(value, replicas);
    }

    /** Asked after the write, so that who comes into touch later has it in what he is sent. */
    private int wanted(StatefulRedisConnection<K, V> connection) {
        if (!durability.every()) {
            return durability.replicas();
        }
        int inTouch = NodeInfo.inTouch(connection.sync().info("replication"));
        return Math.max(durability.replicas(), connections.followers(connection, inTouch));
    }

    private CommandArgs<K, V> waitAof(int replicas) {
        return new CommandArgs<>(codec)
                .add(1)
                .add(replicas)
                .add(durability.within().toMillis());
    }

    /** What the caller's own mistake is, stays; whatever the connection's end left open is unknown. */
    private RedisException lost(RedisException error) {
        boolean unknown = RedisErrors.connectionLost(error) || error instanceof RedisCommandTimeoutException;
        return unknown
                ? new OutcomeUnknownException("the primary was lost before it had answered: " + message(error), error)
                : error;
    }

    private static @Nullable String message(RedisException error) {
        return error.getMessage();
    }
}
