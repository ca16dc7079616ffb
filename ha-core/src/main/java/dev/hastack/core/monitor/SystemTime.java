package dev.hastack.core.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Wall-clock readings that advance with {@link System#nanoTime()}, so that a corrected clock reorders no news. */
enum SystemTime implements Time {
    INSTANCE;

    /** Longer is for ever, and would overflow. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Instant anchor = Instant.now();
    private final long anchorNanos = System.nanoTime();

    @Override
    public Instant now() {
        return anchor.plusNanos(System.nanoTime() - anchorNanos);
    }

    long nanoTime(Instant at) {
        Instant latest = now().plus(LONGEST);
        return anchorNanos
                + Duration.between(anchor, at.isAfter(latest) ? latest : at).toNanos();
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // Whoever calls this loops; a spurious return is promised.
    public void await(Lock lock, Condition condition, Instant until) throws InterruptedException {
        long nanos = nanosUntil(until);
        if (nanos > 0) {
            long unused = condition.awaitNanos(nanos);
        }
    }

    private long nanosUntil(Instant until) {
        Duration left = Duration.between(now(), until);
        // A deadline further away than a day is waited for in days: the caller loops anyway.
        return left.toDays() > 0 ? Duration.ofDays(1).toNanos() : left.toNanos();
    }
}
