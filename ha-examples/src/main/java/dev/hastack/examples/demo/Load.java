package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients at work, each on a thread of its own and at a pace: a client that was held up does not hurry afterwards, so a
 * silence is not followed by a burst.
 */
final class Load {

    private static final Logger LOG = LoggerFactory.getLogger(Load.class);
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(60);

    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);

    /** Adds so many clients, who do this once in each period. */
    void start(String name, int count, Duration period, Turn turn) {
        for (int i = 1; i <= count; i++) {
            Thread thread = new Thread(() -> work(period, turn), name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    boolean stopped() {
        return stop.getCount() == 0;
    }

    private void work(Duration period, Turn turn) {
        try {
            long next = System.nanoTime();
            do {
                turn.take();
                next = Math.max(next + period.toNanos(), System.nanoTime());
            } while (!stop.await(next - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("a client died", e);
        }
    }

    /** Ends the load; returns when every request has its answer. */
    void close() {
        stop.countDown();
        try {
            for (Thread thread : threads) {
                thread.join(LONGEST_REQUEST.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a client does in one period. */
    interface Turn {
        void take() throws InterruptedException;
    }
}
