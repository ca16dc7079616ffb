package dev.hastack.redis;

import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.function.Function;

/**
 * Writes that count only once replicas have them: {@link HaRedis#durable}. Each runs on a connection that no other caller
 * uses at that time, since WAIT is about all that was written on a connection before, and keeps it busy. Thread-safe.
 *
 * <p>WAIT does not make Redis a consistent store: what fewer replicas than asked for have may survive all the same, and
 * Sentinel promotes the replica that has most, as far as it can tell.
 * Source: https://redis.io/docs/latest/commands/wait/.
 */
public interface DurableWrites<K, V> extends AutoCloseable {

    /**
     * Does the write, and waits for its replicas. At most sixteen of a stack run at a time; more wait for their turn.
     *
     * @param commands run once, at the primary, on a connection that others use after it; run again if a primary that was
     *     demoted refuses a command, or discards a transaction, before anything was changed, or a primary does so for want
     *     of replicas: after a read, its answer is read anew
     * @throws RedisNoReplicaException if the primary is in touch with too few replicas for all of {@code ha.redis.writes.wait},
     *     or refuses writes for so long since it has fewer than its {@code min-replicas-to-write}; nothing was done
     * @throws RedisOverloadedException if it does not get its turn within {@code ha.redis.writes.wait}; nothing was sent
     * @throws RedisNotDurableException if it was done, but too few replicas have it in time
     * @throws RedisOutcomeUnknownException if the primary was lost, or demoted, before it, or the replicas, had answered
     * @throws RedisNoPrimaryException if there is no primary in time, or it cannot be connected to; nothing was sent
     * @throws RedisSharedConnectionException if it would bind the connection (SELECT, AUTH, CLIENT, SUBSCRIBE and their kind,
     *     which are not sent), or leaves a transaction open, of which nothing is done
     * @throws RedisClosedException if the stack is closed before it was sent
     * @throws IllegalStateException if this is closed; nothing was sent
     */
    <T> Durable<T> write(Function<RedisCommands<K, V>, T> commands);

    /**
     * Does the write as {@link #write(Function)} does, but waits for at most {@code patience}, in place of {@code
     * ha.redis.writes.wait}, for what has to be there before it is sent: replicas, its turn, and a primary. {@link Duration#ZERO}
     * waits for none of these. A connection to the primary, where none is idle, is waited for besides: for {@code
     * ha.redis.command-timeout}, but not longer than {@code ha.redis.connect-timeout}. One that takes longer is kept for the
     * next write.
     */
    <T> Durable<T> write(Function<RedisCommands<K, V>, T> commands, Duration patience);

    /**
     * Refuses further writes through this object, and closes the connections that its writes have left idle. Writes in
     * flight end as they would have, and then close theirs. Others that {@link HaRedis#durable} has returned go on.
     */
    @Override
    void close();
}
