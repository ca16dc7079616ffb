package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * An article that is published again and again, so that a copy of it tells how old it is. One client publishes it, any
 * number may read it.
 */
final class News {

    private final Article first;
    private final LongSupplier nanoTime;
    private final Map<Long, Long> publishedAt = new ConcurrentHashMap<>();
    private volatile Article next;

    News(Article first, LongSupplier nanoTime) {
        this.first = first;
        this.nanoTime = nanoTime;
        this.next = first;
    }

    String route() {
        return first.route();
    }

    /** What is to be published; the same until that is done, since it may have been and nobody knows. */
    Article next() {
        return next;
    }

    /** The publication of this was confirmed, now. */
    void published(Article edition) {
        publishedAt.put(edition.version(), nanoTime.getAsLong());
        next = edition.revised(first.body() + " (edition " + (edition.version() + 1) + ")");
    }

    /**
     * How long a newer edition had been published when this copy was asked for; zero when there was none.
     *
     * @param askedAt before the request was sent, in {@link System#nanoTime}
     */
    Duration age(Article copy, long askedAt) {
        Long superseded = publishedAt.get(copy.version() + 1);
        return superseded == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, askedAt - superseded));
    }
}
