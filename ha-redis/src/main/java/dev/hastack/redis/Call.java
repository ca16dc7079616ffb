package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.monitor.GracePeriod;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.stream.Stream;
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
    /** Only who has got an answer to it, and sends it again, changes that. */
    private boolean read;

    private final boolean replayable;
    private final long bornAt;
    private volatile int done;
    private volatile @Nullable Attempt<K, V, T> claimed;
    private volatile @Nullable Throwable lastError;
    /** Whether an attempt may have been done whose answer was lost. */
    private volatile boolean inDoubt;
    /** Nodes that failed it; a set only for the few calls that need one. */
    private volatile @Nullable Set<String> tried;
    /** Who denied it, while another may do it; null for nobody. */
    private volatile @Nullable List<Denied> denied;
    /** Attempts that take long, in the order of their sending; only the sweep adds to them. */
    private volatile @Nullable List<Attempt<K, V, T>> slow;

    private record Denied(Lane lane, String reply) {}

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
        Set<String> known = tried;
        return known == null ? Set.of() : known;
    }

    void forgetTried() {
        tried = null;
    }

    private void tried(String node) {
        Set<String> more = new HashSet<>(tried());
        more.add(node);
        tried = more;
    }

    /** Whether this attempt's answer is the one that counts; asked once for each attempt. */
    boolean claim(Attempt<K, V, T> attempt) {
        return claimed == null && done == 0 && CLAIMED.compareAndSet(this, null, attempt);
    }

    boolean claimedBy(Attempt<K, V, T> attempt) {
        return attempt.equals(claimed);
    }

    /** @param counts whether the answer went to the command's own output */
    void answered(Attempt<K, V, T> attempt, boolean counts) {
        if ((counts || claimedBy(attempt)) && finish()) {
            blameSlowerThan(attempt);
            command.complete();
        }
    }

    /**
     * A node is slow if another was asked later and is quicker: where all take their time, that is the network's, or this
     * machine's.
     */
    private void blameSlowerThan(Attempt<K, V, T> answered) {
        List<Attempt<K, V, T>> all = slow;
        if (all != null) {
            all.stream()
                    .filter(attempt -> attempt.sentAt() - answered.sentAt() < 0 && attempt.lane() != answered.lane())
                    .filter(Attempt::becomesFailed)
                    .map(Attempt::lane)
                    .distinct()
                    .forEach(lane -> lane.breaker().failed(new RedisCommandTimeoutException("late"), true));
        }
    }

    /** The node answered by an error. */
    void refused(Attempt<K, V, T> attempt, String error) {
        Verdict verdict = router.verdict(error);
        boolean ofNode = verdict.kind().isPresent();
        if (verdict.blame() == Verdict.Blame.NODE && attempt.becomesFailed()) {
            attempt.lane().breaker().failed(RedisErrors.exception(error), true);
        }
        verdict.kind().ifPresent(kind -> attempt.lane().report(kind, error));
        if (read && error.startsWith("NOSCRIPT")) {
            // Scripts are loaded at the primary, and replicas hear nothing of that.
            read = false;
            router.toPrimary(this);
        } else if (verdict.again() == Verdict.Again.ELSEWHERE || (read && ofNode)) {
            lastError = RedisErrors.exception(error);
            tried(attempt.lane().node());
            if (!replayable && command.getOutput() != null) {
                command.getOutput().setError((String) null);
            }
            router.again(this);
        } else if (read && verdict.again() == Verdict.Again.ONCE && doneElsewhere(attempt, error)) {
            return;
        } else if (finish()) {
            denied = null;
            if (ofNode) {
                router.toll().failed();
            }
            if (command.getOutput() != null) {
                command.getOutput().setError(error);
            }
            command.complete();
        }
    }

    /** What a user may do is each node's own: asks the next one, and returns whether there was one. */
    private boolean doneElsewhere(Attempt<K, V, T> attempt, String error) {
        List<Denied> before = denied;
        Stream<Denied> known = before == null ? Stream.of() : before.stream();
        denied = Stream.concat(known, Stream.of(new Denied(attempt.lane(), error)))
                .toList();
        tried(attempt.lane().node());
        if (!replayable && command.getOutput() != null) {
            command.getOutput().setError((String) null);
        }
        return router.elsewhere(this);
    }

    /** To be called when it is over: if a node has done it, those that denied it before are at odds with that one. */
    void tellWhoDenied() {
        List<Denied> all = denied;
        if (all != null && done != 0) {
            all.forEach(one -> one.lane().denied(CommandRoute.name(command.getType()), one.reply()));
        }
    }

    /**
     * The node will not answer.
     *
     * @param answering whether a part of its answer has come
     */
    void failed(Attempt<K, V, T> attempt, Throwable error, boolean answering) {
        Lane lane = attempt.lane();
        boolean unsent = RedisErrors.unsent(error);
        boolean lost = RedisErrors.connectionLost(error);
        // Nobody has claimed the call yet if this one was about to.
        if (!lost || (answering && (claimed == null || claimedBy(attempt)))) {
            if (lost || RedisErrors.unreadable(error)) {
                end(brokenOff(lane, error));
            } else if (finish()) {
                // The codec's own.
                tell(error);
            }
            return;
        }
        lane.broken(attempt.writer());
        if (unsent || replayable) {
            lastError = error;
            inDoubt = inDoubt || !unsent;
            tried(lane.node());
            router.again(this);
        } else {
            end(lost(lane, error));
        }
    }

    /** The answer broke off in its middle, or was none; its beginning may be in the command's output already. */
    private Throwable brokenOff(Lane lane, Throwable error) {
        return replayable
                ? new RedisConnectionLostException(describe() + lane.lost(error), undoneOr(Outcome.UNKNOWN), error)
                : lost(lane, error);
    }

    private Throwable lost(Lane lane, Throwable error) {
        return new RedisOutcomeUnknownException(
                describe() + lane.lost(error), Reason.CONNECTION_LOST, lane.node(), error);
    }

    /**
     * Its time is over.
     *
     * @param stopped whether this process was stopped meanwhile
     */
    void expire(Lane lane, boolean stopped) {
        String text = describe() + "no answer from " + lane.node() + " within "
                + router.config().commandTimeout().toMillis() + " ms"
                + (stopped ? ", while this process was stopped, or too busy to read it" : "");
        end(
                replayable
                        ? new RedisTimeoutException(text, undoneOr(Outcome.UNKNOWN), lane.node())
                        : new RedisOutcomeUnknownException(text, Reason.TIMED_OUT, lane.node(), null));
    }

    /** Another attempt, since this one takes long; the first answer counts. */
    void late(Attempt<K, V, T> attempt) {
        if (replayable && read && claimed == null && !over()) {
            List<Attempt<K, V, T>> before = slow;
            slow = before == null
                    ? List.of(attempt)
                    : Stream.concat(before.stream(), Stream.of(attempt)).toList();
            tried(attempt.lane().node());
            router.besides(this);
        }
    }

    /** Whether it has had all that it may take, but for what is put off after a pause of this process. */
    boolean outOfTime(GracePeriod grace, long now) {
        return grace.passed(bornAt, bornAt + limit(), now);
    }

    /** All that it may take, in ns: to wait for a node, and to be answered. */
    long limit() {
        RedisConfig config = router.config();
        Duration wait = read ? config.reads().maxWait() : config.writes().maxWait();
        return tried().isEmpty() && lastError == null
                ? wait.toNanos()
                : wait.plus(config.commandTimeout()).toNanos();
    }

    Optional<Throwable> lastError() {
        return Optional.ofNullable(lastError);
    }

    /** What it ends with when there is no time for another attempt, if there was one. */
    Optional<Throwable> lastFailure() {
        return lastError()
                .map(last -> last instanceof RedisCommandExecutionException
                        ? last
                        : new RedisConnectionLostException(
                                describe() + RedisErrors.text(last), undoneOr(unsentOr(Outcome.UNKNOWN)), last));
    }

    /** What became of it if no attempt can have been done; otherwise this. */
    Outcome unsentOr(Outcome sent) {
        return inDoubt ? sent : lastError == null ? Outcome.NOT_SENT : Outcome.NOT_DONE;
    }

    /** What became of it if it changes nothing; otherwise this. */
    private Outcome undoneOr(Outcome changing) {
        return CommandRoute.of(command.getType(), command.getArgs()) == CommandRoute.WRITE
                ? changing
                : Outcome.NOT_DONE;
    }

    /** For a reason that is not the caller's. */
    void end(Throwable error) {
        if (finish()) {
            denied = null;
            if (error instanceof RedisOutcomeUnknownException) {
                router.toll().unknown();
            } else if (!(error instanceof RedisClosedException)) {
                router.toll().failed();
            }
            tell(error);
        }
    }

    private void tell(Throwable error) {
        router.tell(() -> command.completeExceptionally(error));
    }

    /** {@code SET: }. */
    String describe() {
        return CommandRoute.name(command.getType()) + ": ";
    }

    private boolean finish() {
        return DONE.compareAndSet(this, 0, 1);
    }
}
