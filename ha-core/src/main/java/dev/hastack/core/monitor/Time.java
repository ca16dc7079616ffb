package dev.hastack.core.monitor;

import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The monitor's clock. It is injected so that a test can play minutes of monitoring without waiting for them. */
public interface Time {

    /** Now, on a clock that never goes back. */
    Instant now();

    /**
     * Waits until {@code condition} is signalled or {@code until} has come; may wake spuriously, like any condition.
     *
     * @param lock of the condition, held by the caller
     */
    void await(Lock lock, Condition condition, Instant until) throws InterruptedException;

    /**
     * Returns what {@link System#nanoTime()} reads at this point of {@linkplain #system() real time}, at most a year ahead. A limit that is
     * reckoned from the present reading instead would be put off by a pause of this process between the two readings.
     */
    static long nanoTime(Instant at) {
        return SystemTime.INSTANCE.nanoTime(at);
    }

    /** Real time: reads as the wall clock did when the class was loaded, and advances monotonically from there. */
    static Time system() {
        return SystemTime.INSTANCE;
    }
}
