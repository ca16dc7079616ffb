package dev.hastack.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Until when a call waits for what has to be there before it is sent.
 *
 * @param patience as the caller has it, for people
 * @param until the end, as {@link System#nanoTime()}
 */
record Deadline(Duration patience, long until) {
    /** From now on; however long it is. */
    static Deadline in(Duration patience) {
        return new Deadline(patience, System.nanoTime() + Math.max(0, TimeUnit.NANOSECONDS.convert(patience)));
    }

    /** Zero once it is over. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    }

    boolean over() {
        return System.nanoTime() - until >= 0;
    }

    /** {@code 300 ms}. */
    String millis() {
        return TimeUnit.MILLISECONDS.convert(patience) + " ms";
    }
}
