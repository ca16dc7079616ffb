package dev.hastack.benchmarks.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Threads that do the same again and again until the end of a round. */
final class Workers {
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /** One turn, which must end within a second or two. */
    interface Turn {
        void run() throws Exception;
    }

    private Workers() {}

    static Workers start(int count, Turn turn) {
        Workers workers = new Workers();
        for (int i = 0; i < count; i++) {
            workers.add(turn);
        }
        return workers;
    }

    private void add(Turn turn) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!closed) {
                            turn.run();
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException("a peer's consumer has failed", e);
                    }
                },
                "peer-consumer-" + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Returns when they have ended, or after some seconds. */
    void end() {
        closed = true;
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
