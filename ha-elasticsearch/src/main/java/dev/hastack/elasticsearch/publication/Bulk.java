package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * Many writes to a publication. Each is acknowledged by its future, once Elasticsearch has it, during a rebuild in both
 * generations. Items that Elasticsearch is too busy for (429, 503), and requests that fail, are tried again for {@link
 * BulkLimits#retryFor}; what fails otherwise, or for longer, goes to the dead letters, and its future fails. Writes of one id
 * take effect in their order; whoever adds faster than Elasticsearch takes waits. Thread-safe.
 */
public final class Bulk implements AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(30);

    private final Ingest ingest;
    private final BulkWrites writes;
    private final Consumer<DeadLetter> deadLetters;
    /** The last write of each id that is not done. */
    private final ConcurrentMap<String, CompletableFuture<Void>> last = new ConcurrentHashMap<>();

    Bulk(ElasticsearchClient client, BulkLimits limits, BulkWrites writes, Consumer<DeadLetter> deadLetters) {
        this.ingest = new Ingest(client, limits, writes.publication());
        this.writes = writes;
        this.deadLetters = deadLetters;
    }

    /**
     * Waits for room.
     *
     * @return done when Elasticsearch has the document; fails with an {@link IOException} that says why not
     */
    public CompletableFuture<Void> index(String id, Object document) throws IOException, InterruptedException {
        return add(id, Optional.of(document));
    }

    /** As {@link #index}; what does not exist is deleted as well. */
    public CompletableFuture<Void> delete(String id) throws IOException, InterruptedException {
        return add(id, Optional.empty());
    }

    private CompletableFuture<Void> add(String id, Optional<Object> document) throws IOException, InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> before = last.put(id, done);
        try {
            Ingest.Start write = writes.write(id, document, done, deadLetters);
            ingest.room();
            if (before == null || before.isDone()) {
                ingest.start(write);
            } else {
                var unused = before.whenComplete((nothing, failure) -> ingest.startLater(write));
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            done.completeExceptionally(e);
            throw e;
        } finally {
            var unused = done.whenComplete((nothing, failure) -> last.remove(id, done));
        }
        return done;
    }

    /**
     * Sends what is waiting, and waits.
     *
     * @return whether all that was added before is acknowledged or a dead letter within the time
     */
    public boolean flush(Duration within) throws InterruptedException {
        return ingest.flush(within);
    }

    /**
     * Flushes, and ends the bulk.
     *
     * @return as {@link #flush}; what is not done by then is given up, and may take effect nevertheless
     */
    public boolean close(Duration within) throws InterruptedException {
        try {
            return ingest.flush(within);
        } finally {
            ingest.close();
        }
    }

    /** Within half a minute. */
    @Override
    public void close() {
        try {
            close(CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
