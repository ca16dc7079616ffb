package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.Verdict;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.IntegerListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Durable writes by WAIT and WAITAOF. Thread-safe. */
final class WaitingWrites<K, V> implements DurableWrites<K, V> {
    /** In ms: of an acknowledgement by replicas. */
    private static final long LONG = 20;

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
    private final ReplicaReach reach;
    private final RedisCodec<K, V> codec;
    private final Durability durability;
    private final IdleConnections.Of<K, V> idle;
    private final Semaphore permits;

    WaitingWrites(
            RedisConfig config,
            OwnConnections connections,
            ReplicaReach reach,
            IdleConnections shared,
            RedisCodec<K, V> codec,
            Durability durability) {
        this.config = config;
        this.connections = connections;
        this.reach = reach;
        this.idle = shared.of(codec);
        this.permits = shared.permits();
        this.codec = codec;
        this.durability = durability;
    }

    @Override
    public <T> Durable<T> write(Function<RedisCommands<K, V>, T> commands) {
        return write(commands, config.writes().maxWait());
    }

    @Override
    public <T> Durable<T> write(Function<RedisCommands<K, V>, T> commands, Duration patience) {
        if (idle.closed()) {
            throw new IllegalStateException(
                    "not written: these durable writes are closed; ask HaRedis.durable() for others");
        }
        try {
            return await(commands, Deadline.in(patience));
        } catch (RedisOutcomeUnknownException e) {
            connections.toll().unknown();
            throw e;
        } catch (RedisNoReplicaException | RedisNoPrimaryException | RedisOverloadedException e) {
            connections.toll().failed();
            throw e;
        }
    }

    @Override
    public void close() {
        idle.close();
    }

    private <T> Durable<T> await(Function<RedisCommands<K, V>, T> commands, Deadline deadline) {
        while (true) {
            connections.refuseOnDiskBefore72(durability);
            reach.await(durability, deadline);
            take(deadline);
            try {
                StatefulRedisConnection<K, V> connection = connection(deadline);
                if (usable(connection)) {
                    return writeNow(connection, commands);
                }
                idle.push(connection);
            } catch (NotDone e) {
                if (deadline.over()) {
                    throw e.end(reach, deadline);
                }
                OwnConnections.pause();
            } finally {
                permits.release();
            }
        }
    }

    /**
     * Returns whether the write may be sent on it: while that waited for its turn, replicas may have left; while it waited
     * for a primary, nobody knew its replicas.
     */
    private boolean usable(StatefulRedisConnection<K, V> connection) {
        try {
            connections.refuseWhenClosed();
            connections.refuseOnDiskBefore72(durability);
            return reach.reaches(durability) && connections.leads(connection);
        } catch (RedisException e) {
            idle.push(connection);
            throw e;
        }
    }

    /** Gives the connection back, or closes it. */
    private <T> Durable<T> writeNow(
            StatefulRedisConnection<K, V> connection, Function<RedisCommands<K, V>, T> commands) {
        Loan loan = new Loan();
        boolean whole = false;
        try {
            Durable<T> done = write(connection, commands, loan);
            whole = true;
            return done;
        } catch (RedisNotDurableException e) {
            whole = true;
            throw e;
        } catch (NotDone e) {
            whole = e.tooFew != null && !connection.isMulti();
            throw e;
        } catch (RedisOutcomeUnknownException e) {
            if (!(e.getCause() instanceof RedisCommandInterruptedException)) {
                // What ended it may have ended those that lie idle, too: no second caller should find that out.
                drop();
            }
            throw e;
        } finally {
            if (whole && connection.isOpen() && !loan.watches()) {
                idle.push(connection);
            } else {
                OwnConnections.close(connection);
            }
        }
    }

    private static void lend(StatefulRedisConnection<?, ?> connection, @Nullable Loan loan) {
        if (connection instanceof OwnConnection<?, ?> own) {
            own.lend(loan);
        }
    }

    private void drop() {
        for (StatefulRedisConnection<K, V> kept = idle.poll(); kept != null; kept = idle.poll()) {
            OwnConnections.close(kept);
        }
    }

    private void take(Deadline deadline) {
        try {
            if (!permits.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new RedisOverloadedException(
                        "not written: " + IdleConnections.MOST + " durable writes are under way, and none ended within "
                                + deadline.millis() + " (ha.redis.writes.wait)",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisInterruptedException("its turn among the durable writes", e);
        }
    }

    private StatefulRedisConnection<K, V> connection(Deadline deadline) {
        for (StatefulRedisConnection<K, V> kept = idle.poll(); kept != null; kept = idle.poll()) {
            if (connections.leads(kept) && kept.isOpen()) {
                return kept;
            }
            OwnConnections.close(kept);
        }
        return connections.open(codec, deadline, idle::push);
    }

    private <T> Durable<T> write(
            StatefulRedisConnection<K, V> connection, Function<RedisCommands<K, V>, T> commands, Loan loan) {
        if (durability.fsynced()) {
            refuseWithoutAppendOnlyFile(connection);
        }
        T value;
        lend(connection, loan);
        try {
            value = commands.apply(connection.sync());
        } catch (RedisException e) {
            // Where a connection ends, Lettuce writes that into the command's output as well.
            String refused = e instanceof RedisCommandExecutionException
                    ? loan.lastError().orElse(null)
                    : null;
            throw refused == null || !refused.equals(e.getMessage())
                    ? lost(connection, e)
                    : refused(connection, loan, refused, e);
        } catch (RuntimeException e) {
            throw RedisErrors.unreadable(e) ? lost(connection, new RedisException(e)) : e;
        } finally {
            lend(connection, null);
        }
        if (connection.isMulti()) {
            throw new RedisSharedConnectionException(
                    "MULTI was left open at the end of a durable write: what follows it was not"
                            + " done; end it by EXEC or DISCARD within the function",
                    Outcome.NOT_DONE);
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
                replicas = awaited(connection, wanted);
            }
        } catch (RuntimeException e) {
            // Whatever the server says to that, or what it says in place of that.
            throw unknown(connection, "written, but it is not known how many replicas have it: " + message(e), e);
        }
        if (replicas < wanted || !onDisk) {
            tellThatItMissed(connection);
            throw new RedisNotDurableException(
                    "written, but only " + replicas + " of " + wanted + " replicas had it within "
                            + durability.timeout().toMillis() + " ms"
                            + (onDisk ? "" : ", and not the primary's own disk")
                            + ": a failover could lose it",
                    value,
                    replicas);
        }
        return new Durable<>(value, replicas);
    }

    /** WAITAOF would say so only after the write. */
    private void refuseWithoutAppendOnlyFile(StatefulRedisConnection<K, V> connection) {
        if (!appendsToFile(connection)) {
            throw new RedisCommandExecutionException("not written: " + connections.node(connection)
                    + " keeps no append-only file (appendonly no), and Durability.onDisk() needs one");
        }
    }

    /** True as well for who may not ask. */
    private boolean appendsToFile(StatefulRedisConnection<K, V> connection) {
        try {
            String persistence = connection.sync().info("persistence");
            return !"0".equals(NodeFacts.fields(persistence).get("aof_enabled"));
        } catch (RedisCommandExecutionException e) {
            return true;
        } catch (RedisException e) {
            if (e instanceof RedisCommandInterruptedException) {
                throw e;
            }
            drop();
            throw new NotDone(e, null);
        }
    }

    /** Where it takes long, replicas may have left: the next writes should know. */
    private int awaited(StatefulRedisConnection<K, V> connection, int wanted) {
        RedisFuture<Long> count = connection
                .async()
                .waitForReplication(wanted, durability.timeout().toMillis());
        try {
            if (!count.await(LONG, TimeUnit.MILLISECONDS)) {
                reach.doubt(connection);
            }
            return count.get().intValue();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException known ? known : new RedisException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
    }

    /** Asked after the write, so that who comes into touch later has it in what he is sent. */
    private int wanted(StatefulRedisConnection<K, V> connection) {
        if (!durability.every()) {
            return durability.replicas();
        }
        return Math.max(durability.replicas(), reach.followers(connection, inTouch(connection)));
    }

    private static InTouch inTouch(StatefulRedisConnection<?, ?> connection) {
        return InTouch.of(connection.sync().info("replication"));
    }

    private void tellThatItMissed(StatefulRedisConnection<K, V> connection) {
        try {
            reach.missed(connection, inTouch(connection));
        } catch (RuntimeException e) {
            reach.doubt(connection);
        }
    }

    private CommandArgs<K, V> waitAof(int replicas) {
        return new CommandArgs<>(codec)
                .add(1)
                .add(replicas)
                .add(durability.timeout().toMillis());
    }

    /** The server's own answer: what it says of the primary is passed on, and what was not done for that is done by the next one. */
    private RedisException refused(
            StatefulRedisConnection<K, V> connection, Loan loan, String refused, RedisException error) {
        String reason = loan.reason(refused);
        Verdict verdict = RedisErrors.verdict(reason);
        verdict.kind().ifPresent(kind -> connections.report(connection, kind, error));
        if (ReplicaReach.isTooFew(reason) && !loan.changed()) {
            reach.doubt(connection);
            return new NotDone(error, connections.node(connection) + " refused it: " + reason);
        }
        if (verdict.again() != Verdict.Again.ELSEWHERE) {
            return error;
        }
        // Those that lie idle lead to the same server.
        drop();
        return loan.changed()
                ? unknown(
                        connection,
                        "a part was written, and then the primary refused the rest, so that it is not known what of it lasts: "
                                + reason,
                        error)
                : new NotDone(error, null);
    }

    /** A write of which nothing was done, and which may be done elsewhere, or later. Never leaves this class. */
    private static final class NotDone extends RedisException {
        private final RedisException refusal;
        private final @Nullable String tooFew;

        /** @param tooFew that replicas are wanted, if that is the reason; null if not */
        NotDone(RedisException refusal, @Nullable String tooFew) {
            super(refusal);
            this.refusal = refusal;
            this.tooFew = tooFew;
        }

        /** What the caller gets whose patience is over. */
        RedisException end(ReplicaReach reach, Deadline deadline) {
            if (tooFew == null) {
                return refusal;
            }
            RedisNoReplicaException late = reach.notInTime(tooFew, deadline);
            late.addSuppressed(refusal);
            return late;
        }
    }

    /** What the caller's own mistake is, stays; whatever the connection's end, or that of its patience, left open is unknown. */
    private RedisException lost(StatefulRedisConnection<K, V> connection, RedisException error) {
        if (error instanceof RedisCommandInterruptedException) {
            return unknown(connection, "interrupted before the primary had answered", error);
        }
        boolean unknown = RedisErrors.connectionLost(error)
                || RedisErrors.unreadable(error)
                || error instanceof RedisCommandTimeoutException;
        return unknown
                ? unknown(connection, "the primary was lost before it had answered: " + message(error), error)
                : error;
    }

    private RedisOutcomeUnknownException unknown(
            StatefulRedisConnection<K, V> connection, String message, RuntimeException cause) {
        Reason reason = StackFailure.of(cause).map(StackFailure::reason).orElse(Reason.CONNECTION_LOST);
        return new RedisOutcomeUnknownException(message, reason, connections.nodeId(connection), cause);
    }

    private static @Nullable String message(Throwable error) {
        return error.getMessage();
    }
}
