package dev.hastack.benchmarks.failover;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that write through one client without a pause, as those of a busy program. */
final class Writers {
    private static final int THREADS = 4;
    /** After a failure, so that a client that fails at once is not asked a million times. */
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    private final Client.Connected client;
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong ids = new AtomicLong();
    private volatile boolean stopped;

    /**
     * A write that the client said is stored.
     *
     * @param at when it said so, as {@link System#nanoTime()}
     */
    record Acknowledged(long id, long at) {}

    Writers(Client.Connected client) {
        this.client = client;
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(this::write, "writer-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void write() {
        while (!stopped) {
            long id = ids.incrementAndGet();
            try {
                client.write(id);
                acknowledged.add(new Acknowledged(id, System.nanoTime()));
                count.incrementAndGet();
            } catch (Exception e) {
                failed.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Waits until this many more writes are acknowledged; whether that came true in time. */
    boolean await(int more, Duration atMost) throws InterruptedException {
        int enough = count.get() + more;
        long until = System.nanoTime() + atMost.toNanos();
        while (count.get() < enough && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return count.get() >= enough;
    }

    List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    int failed() {
        return failed.get();
    }

    /** Ends the threads; a call under way is waited for. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(40).toMillis());
        }
    }
}
