package dev.hastack.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that repeat one call until they are closed, and remember what failed. */
final class Callers implements AutoCloseable {
    private final ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger successes = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** What they repeat. */
    interface Call {
        void run() throws SQLException;
    }

    Callers(String name, int number, Call call) {
        for (int i = 0; i < number; i++) {
            Thread thread = new Thread(() -> repeat(call), name + "-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void repeat(Call call) {
        while (!stopped) {
            try {
                call.run();
                successes.incrementAndGet();
            } catch (SQLException e) {
                failures.add(e);
            }
        }
    }

    int successes() {
        return successes.get();
    }

    List<SQLException> failures() {
        return List.copyOf(failures);
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
