package dev.hastack.core.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Time that stands still until a test advances it. */
final class ManualTime implements Time {
    private volatile Instant now = Instant.parse("2026-01-01T12:00:00Z");
    private final Map<Condition, Waiting> waiting = new ConcurrentHashMap<>();

    /** A thread that waits, and the time that it saw when it began to. */
    private record Waiting(Lock lock, Instant seen, Thread thread) {}

    @Override
    public Instant now() {
        return now;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // A spurious return is promised by the interface.
    public void await(Lock lock, Condition condition, Instant until) throws InterruptedException {
        // Registered first: whoever advances from here on signals, and has to take the lock to do it.
        waiting.put(condition, new Waiting(lock, now, Thread.currentThread()));
        if (now.isBefore(until)) {
            condition.await();
        }
    }

    void advance(Duration by) {
        now = now.plus(by);
        waiting.forEach((condition, waiter) -> {
            waiter.lock().lock();
            try {
                condition.signalAll();
            } finally {
                waiter.lock().unlock();
            }
        });
    }

    /** Whether the thread of this name has begun to wait. */
    boolean waits(String thread) {
        return waiting.values().stream()
                .anyMatch(waiter -> waiter.thread().getName().equals(thread));
    }

    /** Whether every thread of the monitor waits again, having seen the present time. */
    boolean idle() {
        return idle("ha-");
    }

    /** Whether every thread whose name begins so waits again, having seen the present time. */
    boolean idle(String threads) {
        return waiting.values().stream()
                .filter(waiter -> waiter.thread().getName().startsWith(threads))
                .allMatch(waiter -> waiter.seen().equals(now));
    }
}
