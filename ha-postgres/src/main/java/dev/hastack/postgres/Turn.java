package dev.hastack.postgres;

import dev.hastack.core.monitor.GracePeriod;
import java.time.Duration;

/**
 * A caller's wait for a free connection, slice by slice. A slice that takes much longer than it may tells that this process was stopped:
 * those who had the connections could not give them back, and are given a while to do so. Used by one thread.
 */
final class Turn {
    /** To wait for a place among diverted reads, then for a connection, and to validate that. */
    private static final long SLICE = 3 * NodePool.SLICE.toNanos();

    private final GracePeriod grace = new GracePeriod();
    private final long began = System.nanoTime();
    private Deadline until;

    Turn(Duration wait) {
        until = Deadline.in(wait);
    }

    /** Waits so long from now on. */
    void anew(Duration wait) {
        until = Deadline.in(wait);
    }

    /** A slice begins. */
    void slice() {
        grace.expect(System.nanoTime() + SLICE);
    }

    /** Returns whether it is over, at the end of a slice. */
    boolean over() {
        long now = System.nanoTime();
        grace.looks(now);
        return grace.passed(began, until.nanos(), now);
    }
}
