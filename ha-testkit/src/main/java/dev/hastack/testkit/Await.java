package dev.hastack.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another process does, and that can only be polled. */
final class Await {
    private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();
    private static final long SLOW_NANOS = Duration.ofMillis(25).toNanos();

    private Await() {}

    /** Returns when {@code condition} holds, or throws with {@code what} and {@code detail} after {@code limit}. */
    static void until(Supplier<String> what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
        require(holds(limit, condition), what, limit, detail);
    }

    /** The same, for conditions whose look costs the servers something. */
    static void untilSlowly(Supplier<String> what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
        require(holds(limit, SLOW_NANOS, condition), what, limit, detail);
    }

    private static void require(boolean held, Supplier<String> what, Duration limit, Supplier<String> detail) {
        if (!held) {
            throw new IllegalStateException(
                    what.get() + " did not happen within " + limit.toMillis() + " ms\n" + detail.get());
        }
    }

    /** Whether {@code condition} holds before {@code limit} is over. */
    static boolean holds(Duration limit, BooleanSupplier condition) {
        return holds(limit, PAUSE_NANOS, condition);
    }

    /** The same, for conditions whose look costs the servers something. */
    static boolean holdsSlowly(Duration limit, BooleanSupplier condition) {
        return holds(limit, SLOW_NANOS, condition);
    }

    private static boolean holds(Duration limit, long pauseNanos, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting for a server");
            }
            LockSupport.parkNanos(pauseNanos);
        }
        return true;
    }
}
