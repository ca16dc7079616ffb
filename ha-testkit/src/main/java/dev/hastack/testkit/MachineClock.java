package dev.hastack.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures time by what this machine gets done: it counts how often a thread has slept for a little and worked for a little. Where
 * the machine is busy with other things, or stops, this clock runs as slowly as all else does, so that a bound on a time can be tight.
 * Takes a tenth of a core. Thread-safe.
 */
public final class MachineClock implements AutoCloseable {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
    private static final long SLEEP = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long WORK = TimeUnit.MICROSECONDS.toNanos(500);

    private final AtomicLong rounds = new AtomicLong();
    private final Thread thread = new Thread(this::run, "machine-clock");
    private volatile boolean closed;

    /** Runs from now on. */
    public MachineClock() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            long began = System.nanoTime();
            while (System.nanoTime() - began < SLEEP) {
                LockSupport.parkNanos(SLEEP - (System.nanoTime() - began));
            }
            long worked = CPU.getCurrentThreadCpuTime();
            while (CPU.getCurrentThreadCpuTime() - worked < WORK) {
                Thread.onSpinWait();
            }
            rounds.incrementAndGet();
        }
    }

    /** Returns how long it has run. */
    public Duration now() {
        return Duration.ofNanos(rounds.get() * (SLEEP + WORK));
    }

    /** Returns how long it has run since it showed this. */
    public Duration since(Duration then) {
        return now().minus(then);
    }

    @Override
    public void close() {
        closed = true;
    }
}
