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

    /** Real time: reads as the wall clock did when the class was loaded, and advances monotonically from there. */
    static Time system() {
        return SystemTime.INSTANCE;
    }
}
