package dev.hastack.postgres;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures time by what this machine gets done: it counts the pauses of ten milliseconds that a thread has got through. Where the
 * machine is busy with other things, or stops, this clock runs as slowly as all else does, so that a bound on a time can be tight.
 */
final class MachineClock implements AutoCloseable {
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

    private final AtomicLong ticks = new AtomicLong();
    private final Thread thread = new Thread(this::run, "machine-clock");
    private volatile boolean stopped;

    MachineClock() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!stopped) {
            long began = System.nanoTime();
            while (System.nanoTime() - began < TICK) {
                LockSupport.parkNanos(TICK - (System.nanoTime() - began));
            }
            ticks.incrementAndGet();
        }
    }

    /** Returns how long it has run. */
    Duration now() {
        return Duration.ofNanos(ticks.get() * TICK);
    }

    /** Returns how long it has run since it showed this. */
    Duration since(Duration then) {
        return now().minus(then);
    }

    @Override
    public void close() {
        stopped = true;
    }
}
