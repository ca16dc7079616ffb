package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Attempts in the order of their sending, ended ones among them until the next sweep. Thread-safe. */
final class UnderWay {
    private final long late;
    private final long over;
    private final ConcurrentLinkedQueue<Attempt<?, ?, ?>> attempts = new ConcurrentLinkedQueue<>();

    UnderWay(RedisConfig config) {
        this.late = config.reads().rerouteAfter().toNanos();
        this.over = config.commandTimeout().toNanos();
    }

    void add(Attempt<?, ?, ?> attempt) {
        attempts.add(attempt);
    }

    boolean isEmpty() {
        return attempts.isEmpty();
    }

    /** Whether any has neither been answered nor given up. */
    boolean busy() {
        return attempts.stream().anyMatch(attempt -> !attempt.ended());
    }

    /** Looks for what has taken too long; called by one thread. Returns whether anything is still under way. */
    boolean sweep(long now) {
        for (Iterator<Attempt<?, ?, ?>> all = attempts.iterator(); all.hasNext(); ) {
            Attempt<?, ?, ?> attempt = all.next();
            long age = now - attempt.sentAt();
            if (attempt.ended()) {
                all.remove();
            } else if (age >= over) {
                all.remove();
                expire(attempt);
            } else if (age < late) {
                return true;
            } else if (attempt.becomesLate()) {
                late(attempt);
            }
        }
        return !attempts.isEmpty();
    }

    private static <K, V, T> void late(Attempt<K, V, T> attempt) {
        attempt.call().late(attempt);
    }

    private static void expire(Attempt<?, ?, ?> attempt) {
        if (attempt.end(false)) {
            attempt.lane().breaker().failed(new RedisCommandTimeoutException("no answer"));
            attempt.call().expire(attempt.lane());
        }
    }

    /** Fails all. */
    void abort(Throwable error) {
        for (Attempt<?, ?, ?> attempt : attempts) {
            boolean unused = attempt.completeExceptionally(error);
        }
    }
}
