package dev.hastack.examples.demo;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The end of a wait for another process, which has no event to report. The limit is that of an idle machine: where more threads want to run
 * than there are cores, each gets a part of one, and the limit is longer by as much, ten times at most.
 */
final class Deadline {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final double MOST_STRETCH = 10;

    private final Duration timeout;
    private final Duration poll;
    private final LongSupplier nanoTime;
    private final DoubleSupplier load;
    private final long begin;

    Deadline(Duration timeout) {
        this(timeout, POLL);
    }

    /** @param poll between two looks, which cost something */
    Deadline(Duration timeout, Duration poll) {
        this(timeout, poll, System::nanoTime, Deadline::loadPerCore);
    }

    /** @param load how many threads want to run for each core */
    Deadline(Duration timeout, Duration poll, LongSupplier nanoTime, DoubleSupplier load) {
        this.timeout = timeout;
        this.poll = poll;
        this.nanoTime = nanoTime;
        this.load = load;
        this.begin = nanoTime.getAsLong();
    }

    private static double loadPerCore() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system.getSystemLoadAverage() / system.getAvailableProcessors();
    }

    boolean isOver() {
        long waited = waited();
        // To ask for the load costs something, and is needless while even an idle machine has time.
        return waited > timeout.toNanos()
                && waited > timeout.toNanos() * Math.max(1, Math.min(MOST_STRETCH, load.getAsDouble()));
    }

    private long waited() {
        return nanoTime.getAsLong() - begin;
    }

    /**
     * Pauses before the next look.
     *
     * @throws IllegalStateException when it is over, with what is the matter
     */
    void pause(String matter) throws InterruptedException {
        if (isOver()) {
            throw new IllegalStateException(
                    "after " + Duration.ofNanos(waited()).toSeconds() + " s: " + matter);
        }
        Thread.sleep(poll.toMillis());
    }
}
