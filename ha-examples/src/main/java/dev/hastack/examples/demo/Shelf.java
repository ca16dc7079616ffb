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
 * have them, and their routes. Safe for use by many threads.
 */
final class Shelf {

    private final Duration settling;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Article> settled = new ArrayList<>();
    private final Deque<Confirmed> young = new ArrayDeque<>();

    /**
     * A shelf with something on it.
     *
     * @param settled what readers may ask for at once; not empty
     * @param settling how long the others wait
     */
    Shelf(List<Article> settled, Duration settling, LongSupplier nanoTime) {
        this.settled.addAll(settled);
        this.settling = settling;
        this.nanoTime = nanoTime;
    }

    /** The publication of this article, which will not change any more, is confirmed now. */
    void add(Article article) {
        lock.lock();
        try {
            young.add(new Confirmed(article, nanoTime.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /** Any of those that readers may ask for. */
    Article any() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            while (!young.isEmpty() && now - young.element().at() >= settling.toNanos()) {
                settled.add(young.remove().article());
            }
            return settled.get(ThreadLocalRandom.current().nextInt(settled.size()));
        } finally {
            lock.unlock();
        }
    }

    private record Confirmed(Article article, long at) {}
}
