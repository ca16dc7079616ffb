package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/** What the clients of one scene see, as they see it. The silences begin with it. Safe for use by many threads. */
final class Recorder {

    private final AtomicInteger requests = new AtomicInteger();
    private final Queue<String> writeFailures = new ConcurrentLinkedQueue<>();
    private final Queue<String> readFailures = new ConcurrentLinkedQueue<>();
    private final Queue<String> searchFailures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger saves = new AtomicInteger();
    private final AtomicInteger publications = new AtomicInteger();
    private final Map<String, Article> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, Article> toPublish = new ConcurrentHashMap<>();
    private final Set<Article> unknown = ConcurrentHashMap.newKeySet();
    private final LongAccumulator oldest = new LongAccumulator(Math::max, 0);
    private final Silence writes = new Silence(System::nanoTime);
    private final Silence publishing = new Silence(System::nanoTime);
    private final Silence reads = new Silence(System::nanoTime);
    private final Silence searching = new Silence(System::nanoTime);
    private final Silence jobs = new Silence(System::nanoTime);
    private final Absences absences = new Absences(System::nanoTime);
    private final AtomicLong enqueued = new AtomicLong();
    private final AtomicLong newestDone = new AtomicLong();
    private volatile Optional<String> broken = Optional.empty();
    private volatile Optional<Writes> beforeRecovery = Optional.empty();

    void requested() {
        requests.incrementAndGet();
    }

    void saved(Article article) {
        writes.broken();
        saves.incrementAndGet();
        acknowledged.put(article.path(), article);
    }

    /**
     * It is promised that this will be published.
     *
     * @return which of all these promises it is, for {@link #jobDone}
     */
    long publishing(Article article) {
        publishing.broken();
        publications.incrementAndGet();
        toPublish.put(article.path(), article);
        return enqueued.incrementAndGet();
    }

    /** This promise was seen fulfilled. It says that jobs are being done only if it is younger than all that were seen so before. */
    void jobDone(long promise) {
        if (newestDone.getAndAccumulate(promise, Math::max) < promise) {
            jobs.broken();
        }
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
        beforeRecovery = Optional.of(new Writes(saves.get(), publications.get()));
    }

    /** A write had no good answer. */
    void writeFailed(String failure) {
        writeFailures.add(failure);
    }

    /** A read had no good answer. */
    void readFailed(String failure) {
        readFailures.add(failure);
    }

    void found() {
        searching.broken();
    }

    /** Counts, unless the publication is known to be broken. */
    void searchFailed(String publication, String failure) {
        if (broken.filter(publication::equals).isEmpty()) {
            searchFailures.add(failure);
        }
    }

    /** From now on nobody can search this publication. */
    void broken(String publication) {
        broken = Optional.of(publication);
    }

    /** What failed and why, in the order in which it did. */
    List<String> searchFailures() {
        return List.copyOf(searchFailures);
    }

    int requests() {
        return requests.get();
    }

    /** What failed and why, in the order in which it did. */
    List<String> writeFailures() {
        return List.copyOf(writeFailures);
    }

    /** What failed and why, in the order in which it did. */
    List<String> readFailures() {
        return List.copyOf(readFailures);
    }

    /** How many requests had no good answer. */
    int failures() {
        return writeFailures.size() + readFailures.size() + searchFailures.size();
    }

    /** What was acknowledged since there was a primary again, saves or publications, whichever is less; empty when there always was one. */
    OptionalInt writesSinceRecovery() {
        return beforeRecovery.stream()
                .mapToInt(before -> Math.min(saves.get() - before.saves(), publications.get() - before.publications()))
                .findFirst();
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

    /** The last version of each article whose publication was promised, by path. */
    Map<String, Article> toPublish() {
        return toPublish;
    }

    /** So far. */
    Silences silences() {
        return new Silences(
                writes.longest(), publishing.longest(), reads.longest(), searching.longest(), jobs.longest());
    }

    /** The longer times until now in which no caller of this kind had a good answer. */
    List<Span> silences(Kind kind) {
        return switch (kind) {
            case WRITES -> writes.spans();
            case PUBLISHING -> publishing.spans();
            case READS -> reads.spans();
            case SEARCHES -> searching.spans();
            case JOBS -> jobs.spans();
        };
    }

    /** When the servers themselves were away, as their operators know. */
    Absences absences() {
        return absences;
    }

    private record Writes(int saves, int publications) {}
}
