package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch.core.DeleteResponse;
import co.elastic.clients.elasticsearch.core.GetResponse;
import co.elastic.clients.elasticsearch.core.IndexResponse;
import co.elastic.clients.elasticsearch.core.SearchRequest;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.util.ObjectBuilder;
import dev.hastack.elasticsearch.ElasticsearchNotWritableException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A named body of documents in Elasticsearch, found by the aliases {@code <prefix>-<publication>-read} and {@code -write}
 * whatever index they are in. Documents have the classes that the client's mapper knows. Each id is a document; to write it
 * again replaces it. Thread-safe.
 *
 * <p>Calls fail as those of the client do, with an {@link IOException} or an {@link ElasticsearchException}; and with a {@link
 * PublicationException.NotProvisioned} while there is no such publication. In a stack that may only read, whatever writes fails
 * with a {@link ElasticsearchNotWritableException} before anything is sent.
 */
public final class Publication {
    private final String id;
    private final boolean writable;
    private final ElasticsearchClient client;
    private final Catalog catalog;
    private final Location location;
    private final LiveWrites writes;
    private final BulkWrites bulkWrites;
    private final Upkeep upkeep;

    Publication(
            String id,
            boolean writable,
            ElasticsearchClient client,
            Catalog catalog,
            Location location,
            LiveWrites writes,
            BulkWrites bulkWrites,
            Upkeep upkeep) {
        this.id = id;
        this.writable = writable;
        this.client = client;
        this.catalog = catalog;
        this.location = location;
        this.writes = writes;
        this.bulkWrites = bulkWrites;
        this.upkeep = upkeep;
    }

    public String id() {
        return id;
    }

    /**
     * Makes the publication unless it is there, and compares what is there with what is wanted. Any number of processes may do
     * so at once. In a stack that may only read it makes nothing. A rebuild that its process did not live to finish is removed in
     * the background.
     *
     * @throws PublicationException.Invalid if what is there differs, with all differences
     */
    public void provision() throws IOException, InterruptedException {
        upkeep.provision(writable);
    }

    /** The client's search. The request names no index. */
    public <T> SearchResponse<T> search(
            Function<SearchRequest.Builder, ObjectBuilder<SearchRequest>> request, Class<T> type) throws IOException {
        String read = catalog.names().read(id);
        SearchRequest made = SearchRequest.of(search -> request.apply(search.index(read)));
        if (!made.index().equals(List.of(read))) {
            throw new IllegalArgumentException(
                    "publication '" + id + "': expected a search without an index of its own, found " + made.index());
        }
        try {
            return Results.shown(catalog.names(), id, client.search(made, type));
        } catch (ElasticsearchException e) {
            throw provisioned(e, read);
        }
    }

    /** As it was written last, also if no search finds it yet. */
    public <T> Optional<T> get(String document, Class<T> type) throws IOException {
        try {
            return get(location.get(), document, type);
        } catch (ElasticsearchException e) {
            if (!Catalog.missing(e)) {
                throw e;
            }
            location.forget(); // it was moved
            return get(location.get(), document, type);
        }
    }

    private <T> Optional<T> get(Generation current, String document, Class<T> type) throws IOException {
        GetResponse<T> found = client.get(get -> get.index(current.readTarget()).id(current.stored(document)), type);
        return Optional.ofNullable(found.source());
    }

    /** Writes a document; a search finds it after the refresh interval. */
    public <T> IndexResponse index(String document, T content) throws IOException {
        requireWritable("index " + document);
        return writes.index(document, content);
    }

    /** Deletes a document, if there is one. */
    public DeleteResponse delete(String document) throws IOException {
        requireWritable("delete " + document);
        return writes.delete(document);
    }

    /** Has searches find all that is written by now; what they do by themselves after the refresh interval. */
    public void refresh() throws IOException {
        String read = catalog.names().read(id);
        try {
            catalog.refresh(read);
        } catch (ElasticsearchException e) {
            throw provisioned(e, read);
        }
    }

    /** Many writes, at {@link BulkLimits#DEFAULT}. Close it. */
    public Bulk bulk(Consumer<DeadLetter> deadLetters) throws ElasticsearchNotWritableException {
        return bulk(BulkLimits.DEFAULT, deadLetters);
    }

    /**
     * Many writes. Close it.
     *
     * @param deadLetters hears of what Elasticsearch did not do, on a thread of the bulk
     */
    public Bulk bulk(BulkLimits limits, Consumer<DeadLetter> deadLetters) throws ElasticsearchNotWritableException {
        requireWritable("bulk");
        return new Bulk(client, limits, bulkWrites, deadLetters);
    }

    /**
     * Fills a new index and makes it the one that is read and written, with no downtime. Live writes of all processes go on, and
     * win over what is copied. Returns when that is done; nothing has changed if it fails. What fails after the new index has become the
     * present one does not fail the rebuild: earlier generations that cannot be removed are {@link RebuildResult#leftovers}.
     *
     * @throws PublicationException.Busy if another process does so
     * @throws PublicationException.RebuildFailed if it ended without effect
     */
    public <T> RebuildResult rebuild(Rebuild<T> rebuild) throws IOException, InterruptedException {
        requireWritable("rebuild");
        RebuildResult result = upkeep.rebuild(rebuild);
        location.forget();
        return result;
    }

    /**
     * Goes back to the generation before the present one, which is kept instead. What was written since the rebuild is not in
     * it, nor need be what other threads and processes write while this runs; what they begin to write after it has returned is, unless
     * the log warns that not every node of the cluster has confirmed the change in time.
     */
    public void rollback() throws IOException, InterruptedException {
        requireWritable("rollback");
        upkeep.rollback();
        location.forget();
    }

    /** Moves the publication from a shared index to one of its own, with no downtime, as {@link #rebuild} does. */
    public RebuildResult promote(Consumer<RebuildProgress> listener) throws IOException, InterruptedException {
        requireWritable("promote");
        RebuildResult result = upkeep.promote(listener);
        location.forget();
        return result;
    }

    /** Asks one node about the shards of this publication alone. */
    public PublicationHealth health() throws IOException {
        String read = catalog.names().read(id);
        return PublicationHealth.of(catalog, read).orElseThrow(() -> new PublicationException.NotProvisioned(id, read));
    }

    private void requireWritable(String what) throws ElasticsearchNotWritableException {
        if (!writable) {
            throw new ElasticsearchNotWritableException("publication '" + id + "': " + what
                    + " in a stack that may only read (ha.elasticsearch.writable=false)");
        }
    }

    private RuntimeException provisioned(ElasticsearchException e, String alias) {
        return Catalog.missing(e) ? new PublicationException.NotProvisioned(id, alias) : e;
    }
}
