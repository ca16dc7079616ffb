package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the clients of one scene see, as they see it. The silences begin with it. Safe for use by many threads. */
final class Recorder {

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger writeFailures = new AtomicInteger();
    private final AtomicInteger readFailures = new AtomicInteger();
    private final AtomicInteger saves = new AtomicInteger();
    private final Map<String, Article> acknowledged = new ConcurrentHashMap<>();
    private final Silence writes = new Silence(System::nanoTime);
    private final Silence reads = new Silence(System::nanoTime);

    void requested() {
        requests.incrementAndGet();
    }

    void saved(Article article) {
        writes.broken();
        saves.incrementAndGet();
        acknowledged.put(article.path(), article);
    }

    void wasRead() {
        reads.broken();
    }

    void writeFailed() {
        writeFailures.incrementAndGet();
    }

    void readFailed() {
        readFailures.incrementAndGet();
    }

    int requests() {
        return requests.get();
    }

    int writeFailures() {
        return writeFailures.get();
    }

    int readFailures() {
        return readFailures.get();
    }

    /** How many saves were acknowledged; more than articles, since some are saved again. */
    int saves() {
        return saves.get();
    }

    /** The last acknowledged version of each article, by path. */
    Map<String, Article> acknowledged() {
        return acknowledged;
    }

    Silence writes() {
        return writes;
    }

    Silence reads() {
        return reads;
    }
}
