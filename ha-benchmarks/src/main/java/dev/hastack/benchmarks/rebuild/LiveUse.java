package dev.hastack.benchmarks.rebuild;

import dev.hastack.elasticsearch.publication.Publication;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What goes on while a publication is filled: searches, and writes of entries that are there or are new. */
final class LiveUse {
    /** About fifty a second of each. */
    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

    private static final double MILLI = 1e6;
    private static final Duration LAST_CALLS = Duration.ofSeconds(15);

    private final Publication publication;
    private final Database database;
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Queue<Double> searches = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failedSearches = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicInteger failedWrites = new AtomicInteger();
    private final List<Thread> threads = List.of(thread(this::search), thread(this::write));
    private final Random random = new Random();
    private volatile boolean stopped;

    LiveUse(Publication publication, Database database) {
        this.publication = publication;
        this.database = database;
    }

    LiveUse start() {
        threads.forEach(Thread::start);
        return this;
    }

    private Thread thread(Runnable call) {
        Thread thread = new Thread(
                () -> {
                    while (!stopped) {
                        call.run();
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                },
                "live");
        thread.setDaemon(true);
        return thread;
    }

    private void search() {
        long begin = System.nanoTime();
        try {
            var unused = publication.search(
                    search -> search.query(
                            query -> query.match(match -> match.field("text").query("lemma"))),
                    Entry.class);
            searches.add((System.nanoTime() - begin) / MILLI);
        } catch (IOException | RuntimeException e) {
            failedSearches.incrementAndGet();
            System.err.println("a search failed: " + e);
        }
    }

    private void write() {
        Entry entry = database.write(random.nextInt(database.most()));
        try {
            publication.index(entry.id(), entry);
            acknowledged.put(entry.id(), entry.version());
            writes.incrementAndGet();
        } catch (IOException | RuntimeException e) {
            failedWrites.incrementAndGet();
            System.err.println("a live write failed: " + e);
        }
    }

    /** Ends it, without waiting. */
    void halt() {
        stopped = true;
    }

    /** Ends it; returns what came of it. */
    Tally stop() throws InterruptedException, IOException {
        halt();
        for (Thread thread : threads) {
            thread.join(LAST_CALLS.toMillis());
        }
        int lost = 0;
        for (Map.Entry<String, Long> write : acknowledged.entrySet()) {
            long stored = publication
                    .get(write.getKey(), Entry.class)
                    .map(Entry::version)
                    .orElse(-1L);
            if (stored < write.getValue()) {
                lost++;
            }
        }
        return new Tally(List.copyOf(searches), failedSearches.get(), writes.get(), failedWrites.get(), lost);
    }

    /**
     * @param searches how long those took that succeeded, in milliseconds
     * @param lost entries that have not what was last acknowledged of them
     */
    record Tally(List<Double> searches, int failedSearches, int writes, int failedWrites, int lost) {
        static final Tally NONE = new Tally(List.of(), 0, 0, 0, 0);

        Tally plus(Tally other) {
            return new Tally(
                    Stream.concat(searches.stream(), other.searches.stream()).toList(),
                    failedSearches + other.failedSearches,
                    writes + other.writes,
                    failedWrites + other.failedWrites,
                    lost + other.lost);
        }
    }
}
