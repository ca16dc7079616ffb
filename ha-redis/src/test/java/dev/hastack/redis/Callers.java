package dev.hastack.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that repeat one call until they are closed, and remember what failed, and the longest wait. */
final class Callers implements AutoCloseable {
    private final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicLong longest = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Callers(String name, int number, Runnable call) {
        for (int i = 0; i < number; i++) {
            Thread thread = new Thread(() -> repeat(call), name + "-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void repeat(Runnable call) {
        while (!stopped) {
            long begin = System.nanoTime();
            try {
                call.run();
                successes.incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(e);
            }
            longest.accumulateAndGet(System.nanoTime() - begin, Math::max);
        }
    }

    int successes() {
        return successes.get();
    }

    List<RuntimeException> failures() {
        return List.copyOf(failures);
    }

    Duration longest() {
        return Duration.ofNanos(longest.get());
    }

    /** Ends the threads, and returns when they have ended. */
    @Override
    public void close() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
