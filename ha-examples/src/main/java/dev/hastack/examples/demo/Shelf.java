package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What readers may ask for: articles whose publication was confirmed so long ago that every replica which is read from must
 * have them, and their routes; and what they may search for, once every copy of an index has been refreshed as well. Safe for use
 * by many threads.
 */
final class Shelf {

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Row readable;
    private final Row searchable;

    /**
     * A shelf with something on it.
     *
     * @param settled what readers may ask for at once; not empty
     * @param readableAfter how long the others wait until they are read
     * @param searchableAfter how long until they are searched for
     */
    Shelf(List<Article> settled, Duration readableAfter, Duration searchableAfter, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.readable = new Row(settled, readableAfter);
        this.searchable = new Row(settled, searchableAfter);
    }

    /** The publication of this article, which will not change any more, is confirmed now. */
    void add(Article article) {
        lock.lock();
        try {
            Confirmed confirmed = new Confirmed(article, nanoTime.getAsLong());
            readable.young.add(confirmed);
            searchable.young.add(confirmed);
        } finally {
            lock.unlock();
        }
    }

    /** Every copy of each index shows what was confirmed until now. */
    void refreshed() {
        lock.lock();
        try {
            searchable.settle();
        } finally {
            lock.unlock();
        }
    }

    /** Any of those that readers may ask for. */
    Article any() {
        return any(readable);
    }

    /** Any of those that they may search for. */
    Article anySearchable() {
        return any(searchable);
    }

    private Article any(Row row) {
        lock.lock();
        try {
            return row.any(nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private static final class Row {
        private final Duration settling;
        private final List<Article> settled;
        private final Deque<Confirmed> young = new ArrayDeque<>();

        Row(List<Article> settled, Duration settling) {
            this.settling = settling;
            this.settled = new ArrayList<>(settled);
        }

        void settle() {
            young.forEach(confirmed -> settled.add(confirmed.article()));
            young.clear();
        }

        Article any(long now) {
            while (!young.isEmpty() && now - young.element().at() >= settling.toNanos()) {
                settled.add(young.remove().article());
            }
            return settled.get(ThreadLocalRandom.current().nextInt(settled.size()));
        }
    }

    private record Confirmed(Article article, long at) {}
}
