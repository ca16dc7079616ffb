package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One command of a caller, from its arrival to its end, through as many attempts as that takes. Ends exactly once. A read,
 * or a write that its caller marked idempotent, may be under way at several nodes; any other write at one, and it goes to
 * another only after the first has said that it did not do it, or if it was never sent. Thread-safe.
 */
final class Call<K, V, T> {
    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Call> DONE =
            AtomicIntegerFieldUpdater.newUpdater(Call.class, "done");

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<Call, Attempt> CLAIMED =
            AtomicReferenceFieldUpdater.newUpdater(Call.class, Attempt.class, "claimed");

    private final RedisCommand<K, V, T> command;
    private final Dispatcher router;
    private final boolean read;
    private final boolean replayable;
    private final long bornAt;
    private volatile int done;
    private volatile @Nullable Attempt<K, V, T> claimed;
    private volatile @Nullable Throwable lastError;
    /** Nodes that failed it; a set of its own only for the few calls that need one. */
    private volatile Set<String> tried = Set.of();

    /**
     * @param read whether it goes where reads go
     * @param replayable whether it may be sent again after its answer was lost
     * @param bornAt as {@link System#nanoTime()}
     */
    Call(RedisCommand<K, V, T> command, Dispatcher router, boolean read, boolean replayable, long bornAt) {
        this.command = command;
        this.router = router;
        this.read = read;
        this.replayable = replayable;
        this.bornAt = bornAt;
    }

    RedisCommand<K, V, T> command() {
        return command;
    }

    boolean read() {
        return read;
    }

    boolean replayable() {
        return replayable;
    }

    long bornAt() {
        return bornAt;
    }

    /** Whether it has ended, or its caller has cancelled it. */
    boolean over() {
        return done != 0 || command.isDone();
    }

    Set<String> tried() {
        return tried;
    }

    void forgetTried() {
        tried = Set.of();
    }

    private void tried(String node) {
        Set<String> more = new HashSet<>(tried);
        more.add(node);
        tried = more;
    }

    /** Whether this attempt's answer is the one that counts. */
    @SuppressWarnings("ReferenceEquality") // Lettuce's wrappers of one command are equal.
    boolean claim(Attempt<K, V, T> attempt) {
        return claimed == attempt || (claimed == null && done == 0 && CLAIMED.compareAndSet(this, null, attempt));
    }

    @SuppressWarnings("ReferenceEquality")
    boolean claimedBy(Attempt<K, V, T> attempt) {
        return claimed == attempt;
    }

    /** @param counts whether the answer went to the command's own output */
    void answered(Attempt<K, V, T> attempt, boolean counts) {
        if ((counts || claimedBy(attempt)) && finish()) {
            command.complete();
        }
    }

    /** The node answered by an error. */
    void refused(Attempt<K, V, T> attempt, String error) {
        RedisErrors.Refusal refusal = router.refusal(error);
        if (refusal.kind() != null) {
            attempt.lane().report(refusal.kind(), error);
        }
        if (refusal.elsewhere() || (read && refusal.kind() != null)) {
            lastError = RedisErrors.exception(error);
            tried(attempt.lane().node());
            if (!replayable && command.getOutput() != null) {
                command.getOutput().setError((String) null);
            }
            router.again(this);
        } else if (finish()) {
            if (command.getOutput() != null) {
                command.getOutput().setError(error);
            }
            command.complete();
        }
    }

    /** The node will not answer. */
    void failed(Attempt<K, V, T> attempt, Throwable error) {
        Lane lane = attempt.lane();
        boolean unsent = RedisErrors.unsent(error);
        if (!RedisErrors.connectionLost(error) || claimedBy(attempt)) {
            // The codec's own error, or an answer that broke off in the middle.
            end(error);
            return;
        }
        lane.broken(attempt.writer());
        if (unsent || replayable) {
            lastError = error;
            tried(lane.node());
            router.again(this);
        } else {
            end(new OutcomeUnknownException(describe() + lane.lost(error), error));
        }
    }

    /** Its time is over. */
    void expire(Lane lane) {
        String text = describe() + "no answer from " + lane.node() + " within "
                + router.config().commandTimeout().toMillis() + " ms";
        end(replayable ? new RedisCommandTimeoutException(text) : new OutcomeUnknownException(text));
    }

    /** Another attempt, since this one takes long; the first answer counts. */
    void late(Attempt<K, V, T> attempt) {
        if (replayable && read && claimed == null && !over()) {
            attempt.lane().breaker().failed(new RedisCommandTimeoutException("late"));
            tried(attempt.lane().node());
            router.besides(this);
        }
    }

    /** All that it may take, in ns: to wait for a node, and to be answered. */
    long limit() {
        RedisConfig config = router.config();
        Duration wait = read ? config.reads().maxWait() : config.writes().maxWait();
        return tried.isEmpty() && lastError == null
                ? wait.toNanos()
                : wait.plus(config.commandTimeout()).toNanos();
    }

    Optional<Throwable> lastError() {
        return Optional.ofNullable(lastError);
    }

    void end(Throwable error) {
        if (finish()) {
            router.tell(() -> command.completeExceptionally(error));
        }
    }

    /** {@code SET: }. */
    String describe() {
        return CommandRoute.name(command.getType()) + ": ";
    }

    private boolean finish() {
        return DONE.compareAndSet(this, 0, 1);
    }
}
