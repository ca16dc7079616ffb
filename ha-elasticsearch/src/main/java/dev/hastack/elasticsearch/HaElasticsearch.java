package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.JsonpMapper;
import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.Publications;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
public final class HaElasticsearch implements Store {
    /** On a busy machine its nodes were seen to be silent for longer than those of other stores. */
    private static final int PATIENCE = 4;

    private final Router router;
    private final ElasticsearchChannels channels;
    private final Monitor monitor;
    private final ElasticsearchHealth health;
    private final ElasticsearchClient client;
    private final ElasticsearchAsyncClient asyncClient;
    private final Publications publications;

    private HaElasticsearch(ElasticsearchConfig config, ElasticsearchChannels channels, Monitor monitor) {
        this.router = channels.router();
        this.channels = channels;
        this.monitor = monitor;
        this.health = new ElasticsearchHealth(router);
        JsonpMapper mapper = Mappers.standard();
        this.client = client(mapper);
        this.asyncClient = asyncClient(mapper);
        this.publications = new Publications(client, config, config.writable());
    }

    static HaElasticsearch open(StoreContext context, ElasticsearchConfig config) {
        return open(context, config, Connectors.found());
    }

    static HaElasticsearch open(StoreContext context, ElasticsearchConfig config, NodeConnector connector) {
        Connectors connectors = new Connectors(config, context.config(), connector);
        Map<String, NodeChannel> nodes = new HashMap<>();
        config.nodes()
                .forEach((id, node) ->
                        nodes.put(id, new NodeChannel(connectors.target(id, node.address()), connectors.connector())));
        ElasticsearchChannels channels =
                new ElasticsearchChannels(config, nodes, Places.policy(context.config(), config), connectors::hiddenIn);
        Monitor monitor = new Monitor(
                new Monitor.Settings(
                        "elasticsearch",
                        config.nodes().keySet(),
                        Optional.empty(),
                        context.config().probe().interval(),
                        context.config().probe().timeout().multipliedBy(PATIENCE),
                        config.connectTimeout(),
                        Optional.empty()),
                channels,
                context.events(),
                context.time(),
                context.machine());
        channels.start(monitor);
        monitor.start();
        return new HaElasticsearch(config, channels, monitor);
    }

    /** Maps documents by Jackson, with its standard settings; see {@link #client(JsonpMapper)}. */
    public ElasticsearchClient client() {
        return client;
    }

    /** Costs little to make; closing it closes nothing. Keep the mapper, not the client, if you make many. */
    public ElasticsearchClient client(JsonpMapper mapper) {
        return new ElasticsearchClient(new RoutingTransport(router, mapper));
    }

    /** As {@link #client()}. */
    public ElasticsearchAsyncClient asyncClient() {
        return asyncClient;
    }

    /** As {@link #client(JsonpMapper)}. */
    public ElasticsearchAsyncClient asyncClient(JsonpMapper mapper) {
        return new ElasticsearchAsyncClient(new RoutingTransport(router, mapper));
    }

    /**
     * A publication, whose documents {@link #client()} maps; does no I/O.
     *
     * @param id need not be in the configuration: then it is as {@code ha.elasticsearch.defaults} says
     * @throws IllegalArgumentException if the id cannot be part of the name of an index
     */
    public Publication publication(String id) {
        return publications.publication(id);
    }

    /** As {@link #publication(String)}, made as the program says. The object is the caller's own. */
    public Publication publication(String id, ElasticsearchConfig.Publication own) {
        return publications.publication(id, own);
    }

    /** The nodes as the last probes saw them; does no I/O. */
    public Snapshot topology() {
        return monitor.snapshot();
    }

    /**
     * Adds notes to this store's {@link #health} until the registration is closed. Suppliers may share a name: each
     * speaks for itself. One that throws an exception spoils only its own notes, in whose place health says so.
     *
     * @param name what the notes are about; the order of notes goes by it
     * @param notes is called at each {@link #health}, by the thread that asks; must not block
     */
    public NoteRegistration addNotes(String name, Supplier<List<HealthNote>> notes) {
        return health.addNotes(name, notes);
    }

    @Override
    public String name() {
        return "elasticsearch";
    }

    @Override
    public StoreHealth health() {
        return health.of(router.routes(), monitor.time().now());
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return monitor.await(() -> ready() ? Optional.of(true) : Optional.empty(), timeout)
                .isPresent();
    }

    private boolean ready() {
        ElasticsearchRoutes routes = router.routes();
        return routes.complete() && routes.snapshot().peers().anyMatch(NodeView::open);
    }

    @Override
    public boolean close(Duration drain) {
        publications.close();
        boolean drained = router.drain(drain);
        monitor.close();
        router.close();
        channels.close();
        return drained;
    }
}
