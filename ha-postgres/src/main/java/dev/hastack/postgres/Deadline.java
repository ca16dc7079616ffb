package dev.hastack.postgres;

import dev.hastack.core.monitor.Time;
import java.time.Duration;
import java.time.Instant;

/** A point in time to wait for at most. */
record Deadline(long nanos) {

    /** Longer is for ever, and would overflow. */
    private static final Duration LONGEST = Duration.ofDays(365);

    static Deadline in(Duration wait) {
        return new Deadline(System.nanoTime() + (wait.compareTo(LONGEST) > 0 ? LONGEST : wait).toNanos());
    }

    /** At this point of the monitor's clock. */
    static Deadline at(Instant until) {
        return new Deadline(Time.nanoTime(until));
    }

    /** The earlier of the two. */
    Deadline or(Deadline other) {
        return nanos - other.nanos <= 0 ? this : other;
    }

    Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    /** For how long it has been over, negative if it is still to come. */
    Duration ago() {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    boolean passed() {
        return nanos - System.nanoTime() <= 0;
    }
}
