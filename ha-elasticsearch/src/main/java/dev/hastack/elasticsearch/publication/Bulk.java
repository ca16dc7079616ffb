package dev.hastack.elasticsearch.publication;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Many writes to a publication. Each is acknowledged by its future, once Elasticsearch has it, during a rebuild in both
 * generations. Items that Elasticsearch is too busy for (429, 503), and requests that fail, are tried again for {@link
 * BulkLimits#retryFor}; what fails otherwise, or for longer, goes to the dead letters, and its future fails. Writes of one id
 * take effect in their order; a thread that adds faster than Elasticsearch takes waits. Thread-safe.
 */
public interface Bulk extends AutoCloseable {

    /**
     * Waits for room, and adds a document.
     *
     * @return done when Elasticsearch has the document; fails with an {@link IOException} that says why not
     */
    CompletableFuture<Void> index(String id, Object document) throws IOException, InterruptedException;

    /** Adds a deletion, as {@link #index} does a document; what does not exist is deleted as well. */
    CompletableFuture<Void> delete(String id) throws IOException, InterruptedException;

    /**
     * Sends what is waiting, and waits.
     *
     * @return whether all that was added before is acknowledged or a dead letter within the time
     */
    boolean flush(Duration within) throws InterruptedException;

    /**
     * Flushes, and ends the bulk.
     *
     * @return as {@link #flush}; what is not done by then is given up, and may take effect nevertheless
     */
    boolean close(Duration within) throws InterruptedException;

    /** Flushes for at most half a minute, and ends the bulk. */
    @Override
    default void close() {
        try {
            boolean unused = close(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
