package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.JsonpMapper;
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

/** The nodes that probes see, with the router that chooses one for each request. Thread-safe. */
final class RoutedElasticsearch implements HaElasticsearch {
    /** On a busy machine its nodes were seen to be silent for longer than those of other stores. */
    private static final int PATIENCE = 4;

    private final Router router;
    private final ElasticsearchChannels channels;
    private final Monitor monitor;
    private final ElasticsearchHealth health;
    private final ElasticsearchClient client;
    private final ElasticsearchAsyncClient asyncClient;
    private final Publications publications;

    private RoutedElasticsearch(ElasticsearchConfig config, ElasticsearchChannels channels, Monitor monitor) {
        this.router = channels.router();
        this.channels = channels;
        this.monitor = monitor;
        this.health = new ElasticsearchHealth(router);
        JsonpMapper mapper = Mappers.standard();
        this.client = client(mapper);
        this.asyncClient = asyncClient(mapper);
        this.publications = new Publications(client, config, config.writable());
    }

    static RoutedElasticsearch open(StoreContext context, ElasticsearchConfig config) {
        return open(context, config, Connectors.found());
    }

    static RoutedElasticsearch open(StoreContext context, ElasticsearchConfig config, NodeConnector connector) {
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
        return new RoutedElasticsearch(config, channels, monitor);
    }

    @Override
    public ElasticsearchClient client() {
        return client;
    }

    @Override
    public ElasticsearchClient client(JsonpMapper mapper) {
        return new ElasticsearchClient(new RoutingTransport(router, mapper));
    }

    @Override
    public ElasticsearchAsyncClient asyncClient() {
        return asyncClient;
    }

    @Override
    public ElasticsearchAsyncClient asyncClient(JsonpMapper mapper) {
        return new ElasticsearchAsyncClient(new RoutingTransport(router, mapper));
    }

    @Override
    public Publication publication(String id) {
        return publications.publication(id);
    }

    @Override
    public Publication publication(String id, ElasticsearchConfig.Publication own) {
        return publications.publication(id, own);
    }

    @Override
    public Snapshot topology() {
        return monitor.snapshot();
    }

    @Override
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
