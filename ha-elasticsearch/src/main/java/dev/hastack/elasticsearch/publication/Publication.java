package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch.core.DeleteResponse;
import co.elastic.clients.elasticsearch.core.IndexResponse;
import co.elastic.clients.elasticsearch.core.SearchRequest;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.util.ObjectBuilder;
import dev.hastack.elasticsearch.ElasticsearchNotWritableException;
import java.io.IOException;
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
public interface Publication {

    /** Returns the name that the aliases have. */
    String id();

    /**
     * Makes the publication unless it is there, and compares what is there with what is wanted. Any number of processes may do
     * so at once. In a stack that may only read it makes nothing. A rebuild that its process did not live to finish is removed in
     * the background.
     *
     * @throws PublicationException.Invalid if what is there differs, with all differences
     */
    void provision() throws IOException, InterruptedException;

    /** Searches as the client does. The request names no index. */
    <T> SearchResponse<T> search(Function<SearchRequest.Builder, ObjectBuilder<SearchRequest>> request, Class<T> type)
            throws IOException;

    /** Returns a document as it was written last, also if no search finds it yet. */
    <T> Optional<T> get(String document, Class<T> type) throws IOException;

    /** Writes a document; a search finds it after the refresh interval. */
    <T> IndexResponse index(String document, T content) throws IOException;

    /** Deletes a document, if there is one. */
    DeleteResponse delete(String document) throws IOException;

    /** Has searches find all that is written by now; what they do by themselves after the refresh interval. */
    void refresh() throws IOException;

    /** Begins many writes, at {@link BulkLimits#DEFAULT}, as {@link #bulk(BulkLimits, Consumer)} does. Close it. */
    default Bulk bulk(Consumer<DeadLetter> deadLetters) throws ElasticsearchNotWritableException {
        return bulk(BulkLimits.DEFAULT, deadLetters);
    }

    /**
     * Begins many writes. Close it.
     *
     * @param deadLetters called with what Elasticsearch did not do, on a thread of the bulk
     */
    Bulk bulk(BulkLimits limits, Consumer<DeadLetter> deadLetters) throws ElasticsearchNotWritableException;

    /**
     * Fills a new index and makes it the one that is read and written, with no downtime. Live writes of all processes go on, and
     * win over what is copied. Returns when that is done; nothing has changed if it fails. What fails after the new index has become the
     * present one does not fail the rebuild: earlier generations that cannot be removed are {@link RebuildResult#leftovers}.
     *
     * @throws PublicationException.Busy if another process does so
     * @throws PublicationException.RebuildFailed if it ended without effect
     */
    <T> RebuildResult rebuild(Rebuild<T> rebuild) throws IOException, InterruptedException;

    /**
     * Goes back to the generation before the present one, which is kept instead. What was written since the rebuild is not in
     * it, nor need be what other threads and processes write while this runs; what they begin to write after it has returned is, unless
     * the log warns that not every node of the cluster has confirmed the change in time.
     */
    void rollback() throws IOException, InterruptedException;

    /** Moves the publication from a shared index to one of its own, with no downtime, as {@link #rebuild} does. */
    RebuildResult promote(Consumer<RebuildProgress> listener) throws IOException, InterruptedException;

    /** Asks one node about the shards of this publication alone. */
    PublicationHealth health() throws IOException;
}
