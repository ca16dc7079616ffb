package dev.hastack.benchmarks.lab.round;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that write and read through one client, as those of a program. */
public final class Load {
    /** How many threads write. */
    public static final int WRITERS = 4;

    private static final int READERS = 4;
    /** A read can be tried again, and a caller is expected to. */
    private static final int READ_ATTEMPTS = 3;
    /** After a failure, so that a client that fails at once is not asked a million times. */
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();
    private static final Duration LAST_CALLS = Duration.ofSeconds(2);

    private final Session session;
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Recording.Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Recording.Failed> failed = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Recording.Read> reads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger writeCount = new AtomicInteger();
    private final AtomicInteger readCount = new AtomicInteger();
    private final AtomicInteger failedReads = new AtomicInteger();
    private final Calls calls = new Calls();
    private final AtomicLong ids;
    private final Duration pause;
    private volatile boolean stopped;

    /**
     * Begins at once.
     *
     * @param ids that of the last write so far
     * @param pause of each thread after each call
     */
    public Load(Session session, AtomicLong ids, Duration pause) {
        this.session = session;
        this.ids = ids;
        this.pause = pause;
        for (int i = 0; i < WRITERS; i++) {
            start("writer-" + i, this::write);
        }
        for (int i = 0; i < READERS; i++) {
            start("reader-" + i, this::read);
        }
    }

    private void start(String name, Runnable call) {
        Thread thread = new Thread(
                () -> {
                    while (!stopped) {
                        call.run();
                        LockSupport.parkNanos(pause.toNanos());
                    }
                },
                name);
        // A call that hangs must not keep the program.
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void write() {
        long id = ids.incrementAndGet();
        long from = System.nanoTime();
        try {
            calls.time(() -> {
                session.write(id);
                return id;
            });
            acknowledged.add(new Recording.Acknowledged(id, System.nanoTime()));
            writeCount.incrementAndGet();
        } catch (Exception e) {
            failed.add(new Recording.Failed(id, from, session.tellsUnknown(e), e.toString()));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void read() {
        for (int attempt = 0; attempt < READ_ATTEMPTS && !stopped; attempt++) {
            try {
                long from = System.nanoTime();
                long shown = calls.time(session::read);
                reads.add(new Recording.Read(shown, from, System.nanoTime()));
                readCount.incrementAndGet();
                return;
            } catch (Exception e) {
                if (attempt == READ_ATTEMPTS - 1) {
                    failedReads.incrementAndGet();
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    /** Waits until this many more writes and reads succeed; whether that came true in time. */
    public boolean await(int more, Duration atMost) {
        int writesEnough = writeCount.get() + more;
        int readsEnough = readCount.get() + more;
        long begin = System.nanoTime();
        while (writeCount.get() < writesEnough || readCount.get() < readsEnough) {
            if (System.nanoTime() - begin > atMost.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    /** Ends the load. Calls under way are waited for, but not for long: then they have neither succeeded nor failed. */
    public Recording stop() throws InterruptedException {
        long until = System.nanoTime();
        stopped = true;
        for (Thread thread : threads) {
            long left = until + LAST_CALLS.toNanos() - System.nanoTime();
            thread.join(Math.max(1, left / 1_000_000));
        }
        return new Recording(
                List.copyOf(acknowledged),
                List.copyOf(failed),
                List.copyOf(reads),
                failedReads.get(),
                calls.longest(),
                until);
    }
}
