package dev.hastack.elasticsearch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that do one thing again and again, and remember how it went. */
final class Readers implements AutoCloseable {
    /** Of one type, that are remembered. */
    private static final int MOST = 100;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong slowest = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Map<Class<?>, AtomicInteger> counts = new ConcurrentHashMap<>();
    private volatile boolean ended;

    Readers(int count, Callable<?> task) {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> run(task), "reader-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(Callable<?> task) {
        while (!ended) {
            long begin = System.nanoTime();
            try {
                Object unused = task.call();
                done.incrementAndGet();
            } catch (Exception e) {
                if (counts.computeIfAbsent(e.getClass(), any -> new AtomicInteger())
                                .getAndIncrement()
                        < MOST) {
                    failures.add(e);
                }
                LockSupport.parkNanos(1_000_000);
            }
            slowest.accumulateAndGet(System.nanoTime() - begin, Math::max);
        }
    }

    long done() {
        return done.get();
    }

    Queue<Throwable> failures() {
        return failures;
    }

    Duration slowest() {
        return Duration.ofNanos(slowest.get());
    }

    /** Waits until so many more were done. */
    void await(long more) {
        long from = done();
        Eventually.until("so many more reads: " + more, () -> done() >= from + more);
    }

    @Override
    public void close() {
        ended = true;
        try {
            for (Thread thread : threads) {
                thread.join(60_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
