package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.GracePeriod;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Attempts in the order of their sending, ended ones among them until the next sweep. They are linked to each other, since whatever a
 * queue would do for each costs every command: callers push onto a stack, and who looks turns it round. Thread-safe.
 */
final class UnderWay {
    private final long late;
    private final long silent;
    private final long over;
    /** After which a look has something to do. */
    private final long first;

    private final GracePeriod grace;
    private final Consumer<RedisChannelWriter> silence;
    /** Sent since the last look, the newest first. */
    private final AtomicReference<@Nullable Attempt<?, ?, ?>> pushed = new AtomicReference<>();

    /** Held to look at what was sent before, and while no attempt is told anything. */
    private final ReentrantLock lock = new ReentrantLock();

    /** The connection of the last attempt that the present look found to be unanswered for long; of the sweep's thread. */
    private @Nullable RedisChannelWriter unheard;

    private @Nullable Attempt<?, ?, ?> oldest;
    private @Nullable Attempt<?, ?, ?> newest;

    /** Of connections that Lettuce chooses, whose silence is its own matter. */
    UnderWay(RedisConfig config, GracePeriod grace) {
        this(config, grace, connection -> {});
    }

    /**
     * @param grace what is put off after a pause of this process
     * @param silence is given a connection whose answer lacks for three quarters of command-timeout: before any of its callers is told, so
     *     that no caller sends its next command after the one that was lost
     */
    UnderWay(RedisConfig config, GracePeriod grace, Consumer<RedisChannelWriter> silence) {
        this.late = config.reads().rerouteAfter().toNanos();
        this.over = config.commandTimeout().toNanos();
        this.silent = over / 4 * 3;
        this.first = Math.min(late, silent);
        this.grace = grace;
        this.silence = silence;
    }

    void add(Attempt<?, ?, ?> attempt) {
        Attempt<?, ?, ?> newest;
        do {
            newest = pushed.get();
            attempt.next = living(newest);
        } while (!pushed.compareAndSet(newest, attempt));
    }

    /**
     * The first that has not ended: whoever comes next drops them while they are at hand, and to look for them later is dearer than all
     * else here. What a look takes meanwhile may be followed, too: an ended one leads on as before, or nowhere.
     */
    private static @Nullable Attempt<?, ?, ?> living(@Nullable Attempt<?, ?, ?> newest) {
        Attempt<?, ?, ?> first = newest;
        while (first != null && first.ended()) {
            first = first.next;
        }
        return first;
    }

    boolean isEmpty() {
        return those(attempt -> true).isEmpty();
    }

    /** Whether any has neither been answered nor given up. */
    boolean busy() {
        return !those(attempt -> !attempt.ended()).isEmpty();
    }

    /** Looks for what has taken too long; called by one thread. Returns whether anything is still under way. */
    boolean sweep(long now) {
        List<Attempt<?, ?, ?>> expired = new ArrayList<>(0);
        List<Attempt<?, ?, ?>> slow = new ArrayList<>(0);
        unheard = null;
        boolean any = look(now, expired, slow);
        RedisChannelWriter connection = unheard;
        if (connection != null) {
            silence.accept(connection);
        }
        expired.forEach(attempt -> expire(attempt, now));
        slow.forEach(UnderWay::late);
        return any;
    }

    private boolean look(long now, List<Attempt<?, ?, ?>> expired, List<Attempt<?, ?, ?>> slow) {
        lock.lock();
        try {
            take();
            Attempt<?, ?, ?> kept = null;
            for (Attempt<?, ?, ?> attempt = oldest; attempt != null; ) {
                Attempt<?, ?, ?> next = attempt.next;
                long age = age(attempt, now);
                boolean gone = attempt.ended();
                if (!gone && attempt.passedOver()) {
                    boolean unused = attempt.end(false);
                    gone = true;
                }
                if (!gone && age >= silent) {
                    unheard = attempt.writer();
                }
                if (!gone && age >= over) {
                    expired.add(attempt);
                    gone = true;
                } else if (!gone && now - attempt.sentAt() < first) {
                    break;
                } else if (!gone && age >= late && attempt.becomesLate()) {
                    slow.add(attempt);
                }
                if (gone) {
                    unlink(kept, attempt);
                } else {
                    kept = attempt;
                }
                attempt = next;
            }
            return oldest != null;
        } finally {
            lock.unlock();
        }
    }

    /** How long it has waited for its answer, which may lie unread where it waited over a pause of this process. */
    private long age(Attempt<?, ?, ?> attempt, long now) {
        long age = now - attempt.sentAt();
        return age < first ? age : grace.counted(attempt.sentAt(), now) - attempt.sentAt();
    }

    /** Lock held: puts what was pushed since behind the others, the oldest first, but what has ended already, which is nearly all. */
    private void take() {
        Attempt<?, ?, ?> stack = pushed.get() == null ? null : pushed.getAndSet(null);
        Attempt<?, ?, ?> last = null;
        Attempt<?, ?, ?> first = null;
        while (stack != null) {
            Attempt<?, ?, ?> next = stack.next;
            if (stack.ended()) {
                stack.next = null;
            } else {
                stack.next = first;
                first = stack;
                last = last == null ? stack : last;
            }
            stack = next;
        }
        if (first != null) {
            if (newest == null) {
                oldest = first;
            } else {
                newest.next = first;
            }
            newest = last;
        }
    }

    /** Lock held. What is gone leads to nothing any more, or one that has grown old would keep all that came after it. */
    private void unlink(@Nullable Attempt<?, ?, ?> before, Attempt<?, ?, ?> gone) {
        if (before == null) {
            oldest = gone.next;
        } else {
            before.next = gone.next;
        }
        if (gone.equals(newest)) {
            newest = before;
        }
        gone.next = null;
    }

    private static <K, V, T> void late(Attempt<K, V, T> attempt) {
        attempt.call().late(attempt);
    }

    private void expire(Attempt<?, ?, ?> attempt, long now) {
        if (attempt.end(false)) {
            boolean stopped = grace.excuses(attempt.sentAt() + over, now);
            if (!stopped && attempt.becomesFailed()) {
                attempt.lane().breaker().failed(new RedisCommandTimeoutException("no answer"));
            }
            attempt.call().expire(attempt.lane(), stopped);
        }
    }

    /** Fails all. */
    void abort(Throwable error) {
        abort(any -> true, error);
    }

    /** Fails these. */
    void abort(Predicate<Attempt<?, ?, ?>> which, Throwable error) {
        for (Attempt<?, ?, ?> attempt : those(which)) {
            boolean unused = attempt.completeExceptionally(error);
        }
    }

    private List<Attempt<?, ?, ?>> those(Predicate<Attempt<?, ?, ?>> which) {
        lock.lock();
        try {
            take();
            List<Attempt<?, ?, ?>> all = new ArrayList<>();
            for (Attempt<?, ?, ?> attempt = oldest; attempt != null; attempt = attempt.next) {
                if (which.test(attempt)) {
                    all.add(attempt);
                }
            }
            return all;
        } finally {
            lock.unlock();
        }
    }
}
