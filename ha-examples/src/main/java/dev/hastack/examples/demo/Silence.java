package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The times without a success, from its creation on; at the beginning and at the end it counts too. Safe for use by many
 * threads.
 */
final class Silence {

    /** Shorter ones are what a busy platform is like. */
    private static final long WORTH_KEEPING = Duration.ofMillis(100).toNanos();

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Span> spans = new ArrayList<>();
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
            if (now - last >= WORTH_KEEPING) {
                spans.add(new Span(last, now));
            }
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

    /** Those that are no trifle, with the one that lasts until now. */
    List<Span> spans() {
        lock.lock();
        try {
            List<Span> all = new ArrayList<>(spans);
            all.add(new Span(last, nanoTime.getAsLong()));
            return all;
        } finally {
            lock.unlock();
        }
    }
}
