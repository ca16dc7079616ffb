package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** A bulk that hands each write to the ingester, one after the other of each id. Thread-safe. */
final class IngestingBulk implements Bulk {
    private final Ingest ingest;
    private final BulkWrites writes;
    private final Consumer<DeadLetter> deadLetters;
    /** The last write of each id that is not done. */
    private final ConcurrentMap<String, CompletableFuture<Void>> last = new ConcurrentHashMap<>();

    IngestingBulk(ElasticsearchClient client, BulkLimits limits, BulkWrites writes, Consumer<DeadLetter> deadLetters) {
        this.ingest = new Ingest(client, limits, writes.publication());
        this.writes = writes;
        this.deadLetters = deadLetters;
    }

    @Override
    public CompletableFuture<Void> index(String id, Object document) throws IOException, InterruptedException {
        return add(id, Optional.of(document));
    }

    @Override
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

    @Override
    public boolean flush(Duration within) throws InterruptedException {
        return ingest.flush(within);
    }

    @Override
    public boolean close(Duration within) throws InterruptedException {
        try {
            return ingest.flush(within);
        } finally {
            ingest.close();
        }
    }
}
