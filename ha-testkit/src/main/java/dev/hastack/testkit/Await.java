package dev.hastack.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for what another process does, and that can only be polled.
 *
 * <p>A limit with which a wait fails is that of an idle machine: where more processes want to run than there are cores, as in a build
 * beside others, each gets a part of a core, and the limit is stretched by as much, five times at most.
 */
final class Await {
    private static final double MOST_STRETCH = 5;
    private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();
    private static final long SLOW_NANOS = Duration.ofMillis(25).toNanos();

    private Await() {}

    /** Returns when {@code condition} holds, or throws with {@code what} and {@code detail} after {@code limit}. */
    static void until(Supplier<String> what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
        until(what, limit, PAUSE_NANOS, condition, detail);
    }

    /** The same, for conditions whose look costs the servers something. */
    static void untilSlowly(Supplier<String> what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
        until(what, limit, SLOW_NANOS, condition, detail);
    }

    private static void until(
            Supplier<String> what,
            Duration limit,
            long pauseNanos,
            BooleanSupplier condition,
            Supplier<String> detail) {
        long start = System.nanoTime();
        Duration left = limit;
        while (!holds(left, pauseNanos, condition)) {
            long waited = System.nanoTime() - start;
            left = Duration.ofNanos((long) (limit.toNanos() * stretch()) - waited);
            if (left.isNegative() || left.isZero()) {
                throw new IllegalStateException(what.get() + " did not happen within "
                        + Duration.ofNanos(waited).toMillis() + " ms\n" + detail.get());
            }
        }
    }

    /** How many processes share a core, by the last minute's load; one on an idle machine, or where the system does not tell. */
    private static double stretch() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        double perCore = system.getSystemLoadAverage() / system.getAvailableProcessors();
        return Math.max(1, Math.min(MOST_STRETCH, perCore));
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
