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

/** A publication whose aliases say in which index it is. Thread-safe. */
final class AliasedPublication implements Publication {
    private final String id;
    private final boolean writable;
    private final ElasticsearchClient client;
    private final Catalog catalog;
    private final Location location;
    private final LiveWrites writes;
    private final BulkWrites bulkWrites;
    private final Upkeep upkeep;

    AliasedPublication(
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

    @Override
    public String id() {
        return id;
    }

    @Override
    public void provision() throws IOException, InterruptedException {
        upkeep.provision(writable);
    }

    @Override
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

    @Override
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

    @Override
    public <T> IndexResponse index(String document, T content) throws IOException {
        requireWritable("index " + document);
        return writes.index(document, content);
    }

    @Override
    public DeleteResponse delete(String document) throws IOException {
        requireWritable("delete " + document);
        return writes.delete(document);
    }

    @Override
    public void refresh() throws IOException {
        String read = catalog.names().read(id);
        try {
            catalog.refresh(read);
        } catch (ElasticsearchException e) {
            throw provisioned(e, read);
        }
    }

    @Override
    public Bulk bulk(BulkLimits limits, Consumer<DeadLetter> deadLetters) throws ElasticsearchNotWritableException {
        requireWritable("bulk");
        return new IngestingBulk(client, limits, bulkWrites, deadLetters);
    }

    @Override
    public <T> RebuildResult rebuild(Rebuild<T> rebuild) throws IOException, InterruptedException {
        requireWritable("rebuild");
        RebuildResult result = upkeep.rebuild(rebuild);
        location.forget();
        return result;
    }

    @Override
    public void rollback() throws IOException, InterruptedException {
        requireWritable("rollback");
        upkeep.rollback();
        location.forget();
    }

    @Override
    public RebuildResult promote(Consumer<RebuildProgress> listener) throws IOException, InterruptedException {
        requireWritable("promote");
        RebuildResult result = upkeep.promote(listener);
        location.forget();
        return result;
    }

    @Override
    public PublicationHealth health() throws IOException {
        String read = catalog.names().read(id);
        return ShardHealth.of(catalog, read).orElseThrow(() -> new PublicationException.NotProvisioned(id, read));
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
