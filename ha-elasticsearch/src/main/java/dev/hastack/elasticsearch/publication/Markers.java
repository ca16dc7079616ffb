package dev.hastack.elasticsearch.publication;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which publications are being rebuilt, as the aliases {@code -next} say: asked once a second for all of them, by processes
 * that write. A rebuild makes its alias, waits for longer than {@link #LIFE}, and reads its source only then. A write looks
 * before it is sent, and has to be done before that look is {@link #LIFE} old, or it looks again. So each write is either in
 * what the rebuild reads, or made to both generations. It rests on how fast clocks run, not on what they show.
 */
final class Markers {
    /** The same in every process, so not configurable. */
    static final Duration LIFE = Duration.ofSeconds(1);

    private final Catalog catalog;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Seen last;

    Markers(Catalog catalog) {
        this.catalog = catalog;
    }

    /** @param askedAt before the question was sent */
    record Seen(long askedAt, Map<String, Generation> filled) {
        /** What is being filled. */
        Optional<Generation> next(String publication) {
            return Optional.ofNullable(filled.get(publication));
        }

        boolean valid() {
            return System.nanoTime() - askedAt < LIFE.toNanos();
        }
    }

    Seen look() throws IOException {
        Seen seen = last;
        if (seen != null && seen.valid()) {
            return seen;
        }
        lock.lock();
        try {
            seen = last;
            if (seen != null && seen.valid()) {
                return seen;
            }
            long askedAt = System.nanoTime();
            Map<String, Generation> filled = new HashMap<>();
            Names names = catalog.names();
            catalog.aliases(names.allNext())
                    .forEach((index, aliases) -> aliases.forEach(alias ->
                            names.marked(alias, index).ifPresent(next -> filled.put(next.publication(), next))));
            seen = new Seen(askedAt, Map.copyOf(filled));
            last = seen;
            return seen;
        } finally {
            lock.unlock();
        }
    }

    /** After what it said turned out to be wrong. */
    void forget() {
        last = null;
    }
}
