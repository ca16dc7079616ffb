package dev.hastack.elasticsearch.publication;

import dev.hastack.core.failure.Outcome;
import dev.hastack.elasticsearch.ElasticsearchInterruptedException;
import dev.hastack.elasticsearch.ElasticsearchTimeoutException;
import dev.hastack.elasticsearch.TimeLimit;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which publications are being rebuilt, as the aliases {@code -next} say: asked once a second for all of them, by processes
 * that write. A rebuild makes its alias, waits for longer than a look's life, and reads its source only then. A write looks
 * before it is sent, and has to be done before that look's life is over, or it looks again. So each write is either in
 * what the rebuild reads, or made to both generations. It rests on how fast clocks run, not on what they show.
 *
 * <p>Nodes hear of a swap one after the other, and a write may go to one that has not yet. So the swap makes an alias {@code
 * -swap}, and takes it away only when every node has confirmed: who finds neither alias has no such node to fear, and who finds
 * this one looks where the write has landed.
 */
final class Markers {
    private final Catalog catalog;
    private final Duration life;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Seen last;

    /** @param life as in {@link Claim.Times} */
    Markers(Catalog catalog, Duration life) {
        this.catalog = catalog;
        this.life = life;
    }

    /**
     * @param askedAt before the question was sent
     * @param filled by publication
     * @param swapped by publication
     */
    record Seen(long askedAt, Duration life, Map<String, Generation> filled, Map<String, Generation> swapped) {
        /** What is being filled. */
        Optional<Generation> next(String publication) {
            return Optional.ofNullable(filled.get(publication));
        }

        /** What has become the present generation, which not every node may know. */
        Optional<Generation> swapped(String publication) {
            return Optional.ofNullable(swapped.get(publication));
        }

        boolean valid() {
            return System.nanoTime() - askedAt < life.toNanos();
        }
    }

    Seen look() throws IOException {
        Seen seen = last;
        if (seen != null && seen.valid()) {
            return seen;
        }
        lock();
        try {
            seen = last;
            if (seen != null && seen.valid()) {
                return seen;
            }
            long askedAt = System.nanoTime();
            Map<String, Generation> filled = new HashMap<>();
            Map<String, Generation> swapped = new HashMap<>();
            Names names = catalog.names();
            catalog.aliases(names.marks())
                    .forEach((index, aliases) -> aliases.forEach(alias -> {
                        names.marked(alias, index, "next").ifPresent(next -> filled.put(next.publication(), next));
                        names.marked(alias, index, "swap").ifPresent(now -> swapped.put(now.publication(), now));
                    }));
            seen = new Seen(askedAt, life, Map.copyOf(filled), Map.copyOf(swapped));
            last = seen;
            return seen;
        } finally {
            lock.unlock();
        }
    }

    /** Another thread may be asking, which takes no more of this one's time than it has. */
    private void lock() throws IOException {
        try {
            if (!lock.tryLock(TimeLimit.left(), TimeUnit.NANOSECONDS)) {
                throw new ElasticsearchTimeoutException(
                        "no answer in time to which publications are being rebuilt", Outcome.NOT_SENT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ElasticsearchInterruptedException(
                    "interrupted while it was asked which publications are being rebuilt", Outcome.NOT_SENT);
        }
    }

    /** After what it said turned out to be wrong. */
    void forget() {
        last = null;
    }
}
