package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;

/** What the clients of one scene see, as they see it. The silences begin with it. Safe for use by many threads. */
final class Recorder {

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger writeFailures = new AtomicInteger();
    private final AtomicInteger readFailures = new AtomicInteger();
    private final AtomicInteger saves = new AtomicInteger();
    private final Map<String, Article> acknowledged = new ConcurrentHashMap<>();
    private final Set<Article> unknown = ConcurrentHashMap.newKeySet();
    private final LongAccumulator oldest = new LongAccumulator(Math::max, 0);
    private final Silence writes = new Silence(System::nanoTime);
    private final Silence reads = new Silence(System::nanoTime);
    private volatile OptionalInt savesBeforeRecovery = OptionalInt.empty();

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

    /** A reader got an article that had been superseded for so long. */
    void wasSuperseded(Duration age) {
        oldest.accumulate(age.toNanos());
    }

    /** Nobody knows whether this save happened. */
    void savedOrNot(Article article) {
        unknown.add(article);
    }

    /** There is a primary again. */
    void recovered() {
        savesBeforeRecovery = OptionalInt.of(saves.get());
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

    /** How many saves were acknowledged since there was a primary again; empty when there always was one. */
    OptionalInt savesSinceRecovery() {
        OptionalInt before = savesBeforeRecovery;
        return before.isPresent() ? OptionalInt.of(saves.get() - before.getAsInt()) : before;
    }

    /** Whether a save of exactly this failed in a way that leaves open whether it happened. */
    boolean isUnknown(Article article) {
        return unknown.contains(article);
    }

    Duration oldestRead() {
        return Duration.ofNanos(oldest.get());
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
