package dev.hastack.benchmarks.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Four threads that enqueue numbered jobs as fast as they can. */
final class Producers {
    private static final int THREADS = 4;

    private Producers() {}

    /** Enqueues one job. */
    interface Step {
        void enqueue(int number) throws Exception;
    }

    /** Returns when all have been enqueued. */
    static void enqueue(int jobs, Duration patience, Step step) throws Exception {
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> {
                    for (int number = next.getAndIncrement(); number < jobs; number = next.getAndIncrement()) {
                        step.enqueue(number);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(patience.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
