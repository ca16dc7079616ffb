package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
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

    interface Fault {
        void strike() throws Exception;
    }

    /**
     * Repeats each of these calls on a thread of its own, does what befalls them, and expects that none of the threads meets
     * more than one failure, and none any that began five seconds later.
     */
    static void failNoneTwice(List<Runnable> calls, Fault fault) throws Exception {
        List<Callers> callers =
                calls.stream().map(call -> new Callers("caller", 1, call)).toList();
        try {
            for (Callers caller : callers) {
                Stacks.until("there is load", () -> caller.successes() > 100);
            }
            assertThat(callers)
                    .allSatisfy(caller -> assertThat(caller.failures()).isEmpty());

            fault.strike();

            long later = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            Stacks.until("five seconds are over", () -> System.nanoTime() - later > 0);
            for (Callers caller : callers) {
                int before = caller.successes();
                Stacks.until("it is served", () -> caller.successes() > before);
            }
        } finally {
            callers.forEach(Callers::close);
        }
        assertThat(callers)
                .allSatisfy(caller -> assertThat(caller.failures()).hasSizeLessThan(2))
                .allSatisfy(caller -> assertThat(caller.longest()).isLessThan(Duration.ofSeconds(60)));
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
