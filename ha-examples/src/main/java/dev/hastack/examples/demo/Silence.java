package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The longest time without a success, from its creation on; at the beginning and at the end it counts too. Safe for use
 * by many threads.
 */
final class Silence {

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private long last;
    private long longest;

    Silence(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    /** A success, now. */
    void broken() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            longest = Math.max(longest, now - last);
            last = now;
        } finally {
            lock.unlock();
        }
    }

    /** The longest until now. */
    Duration longest() {
        lock.lock();
        try {
            return Duration.ofNanos(Math.max(longest, nanoTime.getAsLong() - last));
        } finally {
            lock.unlock();
        }
    }
}
