package dev.hastack.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Calls that are repeated, each by a thread of its own, until this is closed; how they end is remembered. Thread-safe. */
public final class RepeatedCalls implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** So that a call that fails at once takes no core. */
    private static final long PAUSE_NANOS = 5_000_000;

    private final List<Caller> callers;
    private volatile boolean closed;

    /** @param calls by what they are called in messages */
    public RepeatedCalls(Map<String, Callable<?>> calls) {
        callers = calls.entrySet().stream()
                .map(call -> new Caller(call.getKey(), call.getValue()))
                .toList();
        callers.forEach(caller -> caller.thread.start());
    }

    /**
     * Returns when each call has gone well so many times more.
     *
     * @throws IllegalStateException with the name, and where it is now, of one that does not within a minute of an idle machine
     */
    public void awaitSuccesses(int more) {
        await(more, caller -> caller.successes, "successes");
    }

    /** As {@link #awaitSuccesses}: when each has failed so many times more. */
    public void awaitFailures(int more) {
        await(more, caller -> caller.failed, "failures");
    }

    private void await(int more, ToLongFunction<Caller> count, String what) {
        Map<Caller, Long> before = callers.stream().collect(Collectors.toMap(c -> c, count::applyAsLong));
        for (Caller caller : callers) {
            Await.until(
                    () -> more + " more " + what + " of " + caller.name,
                    LIMIT,
                    () -> count.applyAsLong(caller) >= before.getOrDefault(caller, 0L) + more,
                    caller::describe);
        }
    }

    /** What was thrown, by all. */
    public List<Throwable> failures() {
        return callers.stream().flatMap(caller -> caller.failures.stream()).toList();
    }

    /** How long the longest call took, whichever way it ended. */
    public Duration longest() {
        return Duration.ofNanos(
                callers.stream().mapToLong(caller -> caller.longest).max().orElse(0));
    }

    /**
     * Ends the threads, and returns when they have ended.
     *
     * @throws IllegalStateException if one does not within a minute of an idle machine
     */
    @Override
    public void close() {
        closed = true;
        for (Caller caller : callers) {
            Await.until(() -> "the end of " + caller.name, LIMIT, () -> !caller.thread.isAlive(), caller::describe);
        }
    }

    /** One call, and the thread that repeats it. */
    private final class Caller implements Runnable {
        private final String name;
        private final Callable<?> call;
        private final Thread thread;
        private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        private volatile long successes;
        private volatile long failed;
        private volatile long longest;

        Caller(String name, Callable<?> call) {
            this.name = name;
            this.call = call;
            this.thread = new Thread(this, "ha-testkit-calls-" + name);
            thread.setDaemon(true);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // By this thread alone.
        public void run() {
            while (!closed) {
                long began = System.nanoTime();
                try {
                    Object unused = call.call();
                    successes++;
                } catch (Throwable e) {
                    // Also what no call may throw: whoever asks for the failures finds it among them.
                    failures.add(e);
                    failed++;
                }
                longest = Math.max(longest, System.nanoTime() - began);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        String describe() {
            StringBuilder text = new StringBuilder(name + " is at");
            for (StackTraceElement frame : thread.getStackTrace()) {
                text.append("\n    ").append(frame);
            }
            failures.forEach(e -> text.append("\n  failed: ").append(e));
            return text.toString();
        }
    }
}
