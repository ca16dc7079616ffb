package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.hastack.core.config.ElasticsearchConfig;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All publications of a store. What concerns them all, they share. Thread-safe. */
public final class Publications implements AutoCloseable {
    private final ElasticsearchClient client;
    private final ElasticsearchConfig config;
    private final boolean writable;
    private final Claim.Times times;
    private final Catalog catalog;
    private final Control control;
    private final Markers markers;
    private final Later later;
    private final ConcurrentMap<String, Publication> known = new ConcurrentHashMap<>();

    /** @param writable whether this stack may write */
    public Publications(ElasticsearchClient client, ElasticsearchConfig config, boolean writable) {
        this(client, config, writable, Claim.Times.DEFAULT);
    }

    Publications(ElasticsearchClient client, ElasticsearchConfig config, boolean writable, Claim.Times times) {
        this.client = client;
        this.config = config;
        this.writable = writable;
        this.times = times;
        this.catalog = new Catalog(new Requests(client._transport()), new Names(config.indexPrefix()));
        this.control = new Control(client, catalog);
        this.markers = new Markers(catalog, times.life());
        this.later = new Later(times.expiry());
    }

    /**
     * Does no I/O; the same id gives the same object.
     *
     * @param id need not be in the configuration: then it is as {@code ha.elasticsearch.defaults} says
     * @throws IllegalArgumentException if the id cannot be part of the name of an index
     */
    public Publication publication(String id) {
        return known.computeIfAbsent(catalog.names().checked(id), valid -> make(valid, config.publication(valid)));
    }

    /** As {@link #publication(String)}, made as the program says. The object is the caller's own. */
    public Publication publication(String id, ElasticsearchConfig.Publication own) {
        return make(catalog.names().checked(id), own);
    }

    /** Leaves to other processes what this one has not removed yet; all else goes on. */
    @Override
    public void close() {
        later.close();
    }

    private Publication make(String id, ElasticsearchConfig.Publication own) {
        Rebuilds rebuilds = new Rebuilds(catalog);
        Location location = new Location(catalog, id);
        Deletions deletions = new Deletions(control);
        Upkeep upkeep = new Upkeep(
                client,
                catalog,
                control,
                times,
                new Provisioning(catalog, control, times, config.defaults()),
                new Remains(client, catalog, control, rebuilds),
                later,
                id,
                own);
        return new AliasedPublication(
                id,
                writable,
                client,
                catalog,
                location,
                new LiveWrites(
                        client,
                        id,
                        location,
                        markers,
                        deletions,
                        rebuilds,
                        later,
                        config.writes().timeout()),
                new BulkWrites(id, location, markers, deletions, rebuilds),
                upkeep);
    }
}
