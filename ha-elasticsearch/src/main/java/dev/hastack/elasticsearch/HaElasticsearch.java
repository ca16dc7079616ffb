package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.JsonpMapper;
import dev.hastack.core.Store;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.elasticsearch.publication.Publication;
import java.util.List;
import java.util.function.Supplier;

/**
 * Elasticsearch of an open stack: {@code stack.get(HaElasticsearch.class)}.
 *
 * <p>{@link #client()} is the client of elasticsearch-java with its whole API. Each request goes to the node with the least under
 * way. A read that fails, or takes long, is sent to another node, and asks other copies of the shards. A write is sent again only
 * if it is known not to have been done, or if it sets documents by their ids; one whose answer was lost fails with an {@link
 * ElasticsearchOutcomeUnknownException}. Nothing takes longer than {@code ha.elasticsearch.reads.timeout}, {@code writes.timeout} or {@code
 * admin-timeout}; {@link TimeLimit} bounds several together. A publication whose requests fail is kept away from the nodes, and harms no other. Thread-safe.
 *
 * <p>Every error that Elasticsearch answers is an {@link co.elastic.clients.elasticsearch._types.ElasticsearchException} with the status and the
 * cause, also where the plain client throws a {@code ResponseException} (409, 503): catch that instead, and ask for its status. What is
 * no answer is an {@link java.io.IOException}. Of one publication {@code publication-share} of {@code max-in-flight} requests are under way for
 * each usable node, apart for reads and writes; more wait for their turn within their time, and where {@code max-in-flight} for each node
 * wait already, fail with an {@link ElasticsearchOverloadedException}.
 */
public interface HaElasticsearch extends Store {

    /** Returns the client that maps documents by Jackson, with its standard settings; see {@link #client(JsonpMapper)}. */
    ElasticsearchClient client();

    /**
     * Returns a client that maps documents by this mapper. It costs little to make, and closing it closes nothing. Keep the
     * mapper, not the client, if you make many.
     */
    ElasticsearchClient client(JsonpMapper mapper);

    /** Returns the asynchronous client, as {@link #client()} does the other. */
    ElasticsearchAsyncClient asyncClient();

    /** Returns an asynchronous client, as {@link #client(JsonpMapper)} does one of the other kind. */
    ElasticsearchAsyncClient asyncClient(JsonpMapper mapper);

    /**
     * Returns a publication, whose documents {@link #client()} maps; does no I/O.
     *
     * @param id need not be in the configuration: then it is as {@code ha.elasticsearch.defaults} says
     * @throws IllegalArgumentException if the id cannot be part of the name of an index
     */
    Publication publication(String id);

    /**
     * Returns a publication, as {@link #publication(String)} does, but one that is as the program says. The object is the
     * caller's own.
     */
    Publication publication(String id, ElasticsearchConfig.Publication own);

    /** Returns the nodes as the last probes saw them; does no I/O. */
    Snapshot topology();

    /**
     * Adds notes to this store's {@link #health} until the registration is closed. Suppliers may share a name: each
     * speaks for itself. One that throws an exception spoils only its own notes, in whose place health says so.
     *
     * @param name what the notes are about; the order of notes goes by it
     * @param notes is called at each {@link #health}, by the thread that asks; must not block
     */
    NoteRegistration addNotes(String name, Supplier<List<HealthNote>> notes);
}
