package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many jobs may be in this consumer's hands: one for each thread and, since to fetch takes a round trip, as many more
 * as the threads do in {@link #AHEAD}. So jobs that take long are not kept from other consumers, and short ones come in
 * batches. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, JOB-3.
 */
final class Slots {
    private static final Duration AHEAD = Duration.ofMillis(10);
    private static final int MOST_AHEAD = 256;
    /** Of the mean: how much a job counts. */
    private static final double SHARE = 0.125;

    private final int threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    /** Of what one job takes, in nanoseconds; endless before one was seen, so that none is fetched ahead. */
    private double mean = Double.POSITIVE_INFINITY;

    private int taken;

    Slots(int threads) {
        this.threads = threads;
    }

    /** All that are free, waiting for the first. */
    int take(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (taken >= limit()) {
                if (left <= 0) {
                    return 0;
                }
                left = free.awaitNanos(left);
            }
            int all = limit() - taken;
            taken += all;
            return all;
        } finally {
            lock.unlock();
        }
    }

    void give(int slots) {
        lock.lock();
        try {
            taken -= slots;
            free.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How long a job took. */
    void took(long nanos) {
        lock.lock();
        try {
            mean = Double.isInfinite(mean) ? nanos : mean + (nanos - mean) * SHARE;
        } finally {
            lock.unlock();
        }
    }

    /** True if all came back in time. */
    boolean awaitAll(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (taken > 0) {
                if (left <= 0) {
                    return false;
                }
                left = free.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private int limit() {
        return threads + (int) Math.min(MOST_AHEAD, AHEAD.toNanos() * (double) threads / Math.max(1, mean));
    }
}
