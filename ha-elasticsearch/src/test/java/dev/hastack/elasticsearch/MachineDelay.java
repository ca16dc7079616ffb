package dev.hastack.elasticsearch;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What this machine adds to the time that things take, as a thread finds that sleeps a little and works a little, again and again:
 * how late it wakes up, and how long it is kept from working. A bound on time is a promise of the product plus this.
 */
final class MachineDelay implements AutoCloseable {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
    private static final long SLEEP = 5_000_000;
    private static final long WORK = 500_000;

    private final AtomicLong added = new AtomicLong();
    private final Thread thread = new Thread(this::measure, "machine-delay");
    private volatile boolean ended;

    private MachineDelay() {}

    /** Measures from now on. */
    static MachineDelay measured() {
        MachineDelay delay = new MachineDelay();
        delay.thread.setDaemon(true);
        delay.thread.start();
        return delay;
    }

    /** Takes the time from now on. */
    Stopwatch start() {
        return new Stopwatch(added, System.nanoTime(), added.get());
    }

    /** Knows how long something takes, and how much of that the machine has added. */
    record Stopwatch(AtomicLong added, long startedAt, long addedBefore) {
        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - startedAt);
        }

        /** This much, and what the machine has added since the start. */
        Duration on(Duration promise) {
            return promise.plusNanos(added.get() - addedBefore);
        }
    }

    private void measure() {
        while (!ended) {
            long from = System.nanoTime();
            LockSupport.parkNanos(SLEEP);
            long worked = CPU.getCurrentThreadCpuTime();
            while (CPU.getCurrentThreadCpuTime() - worked < WORK) {
                Thread.onSpinWait();
            }
            added.addAndGet(Math.max(0, System.nanoTime() - from - SLEEP - WORK));
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
