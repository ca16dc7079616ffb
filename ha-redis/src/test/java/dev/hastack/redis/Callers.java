package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that repeat one call until they are closed, and remember what failed, and the longest wait. */
final class Callers implements AutoCloseable {
    /** In which nobody may be failed any more after flows were forgotten, on an idle machine. */
    private static final Duration BAR = Duration.ofSeconds(5);

    private static final double MOST_STRETCH = 5;

    private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
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

    /** @param began as {@link System#nanoTime()} */
    private record Failure(RuntimeException error, long began) {}

    interface Fault {
        void strike() throws Exception;
    }

    /**
     * Repeats each of these calls on a thread of its own, does what befalls them, and expects that none of the threads meets
     * more than one failure, and none any that began five seconds later; on a busy machine, as much later as it is slower.
     */
    static void failNoneTwice(List<Runnable> calls, Fault fault) throws Exception {
        List<Callers> callers =
                calls.stream().map(call -> new Callers("caller", 1, call)).toList();
        Duration bar;
        long struck;
        try {
            for (Callers caller : callers) {
                Stacks.until("there is load", () -> caller.successes() > 100);
            }
            assertThat(callers)
                    .allSatisfy(caller -> assertThat(caller.failures()).isEmpty());

            fault.strike();

            struck = System.nanoTime();
            Stacks.until("five seconds are over", () -> System.nanoTime() - struck > BAR.toNanos());
            bar = Duration.ofNanos((long) (BAR.toNanos() * stretch()));
            Stacks.until("none may fail any more", () -> System.nanoTime() - struck > bar.toNanos());
            for (Callers caller : callers) {
                int before = caller.successes();
                Stacks.until("it is served", () -> caller.successes() > before + 100);
            }
        } finally {
            callers.forEach(Callers::close);
        }
        assertThat(callers)
                .allSatisfy(caller -> assertThat(caller.failures()).hasSizeLessThan(2))
                .allSatisfy(caller -> assertThat(caller.failures)
                        .as("failures that began more than %s later", bar)
                        .allSatisfy(
                                failure -> assertThat(failure.began() - struck).isLessThan(bar.toNanos())))
                .allSatisfy(caller -> assertThat(caller.longest()).isLessThan(bar.multipliedBy(2)));
    }

    /** How many processes share a core, by the last minute's load; one on an idle machine. */
    private static double stretch() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return Math.max(1, Math.min(MOST_STRETCH, system.getSystemLoadAverage() / system.getAvailableProcessors()));
    }

    private void repeat(Runnable call) {
        while (!stopped) {
            long begin = System.nanoTime();
            try {
                call.run();
                successes.incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(new Failure(e, begin));
            }
            longest.accumulateAndGet(System.nanoTime() - begin, Math::max);
        }
    }

    int successes() {
        return successes.get();
    }

    List<RuntimeException> failures() {
        return failures.stream().map(Failure::error).toList();
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
