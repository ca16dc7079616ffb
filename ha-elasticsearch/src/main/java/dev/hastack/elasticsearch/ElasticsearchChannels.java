package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.monitor.DeathWatch;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.monitor.StoreAdapter;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The channels of all nodes, and the routes to them: what Elasticsearch supplies to its monitor. Thread-safe. */
final class ElasticsearchChannels implements StoreAdapter {
    private final Map<String, NodeChannel> channels;
    private final ReadPolicy policy;
    private final boolean writable;
    private final UnaryOperator<String> shown;
    private final Router router;

    /**
     * @param policy which nodes come first
     * @param shown what may be shown of a node's words
     */
    ElasticsearchChannels(
            ElasticsearchConfig config,
            Map<String, NodeChannel> channels,
            ReadPolicy policy,
            UnaryOperator<String> shown) {
        this.shown = shown;
        this.channels = Map.copyOf(channels);
        this.policy = policy;
        this.writable = config.writable();
        this.router = new Router(config, routes(Snapshot.initial(Optional.empty(), Optional.empty()), Instant.EPOCH));
    }

    void start(Monitor over) {
        router.start(over);
    }

    Router router() {
        return router;
    }

    private ElasticsearchRoutes routes(Snapshot snapshot, Instant now) {
        return ElasticsearchRoutes.of(Selection.eligible(snapshot, policy, Set.of(), now), channels);
    }

    private NodeChannel channel(String node) {
        NodeChannel channel = channels.get(node);
        if (channel == null) {
            throw new IllegalArgumentException("no such node: " + node);
        }
        return channel;
    }

    @Override
    public Probe probe(String node) {
        NodeChannel channel = channel(node);
        return new ElasticsearchProbe(
                channel.connections(),
                channel::informed,
                channel.clock(),
                channel.target().identity(),
                channel.doubt(),
                writable);
    }

    @Override
    public Optional<DeathWatch> deathWatch(String node) {
        return Optional.of(new IdleWatch(channel(node).connections()));
    }

    @Override
    public Optional<Kind> kind(Throwable error) {
        return ElasticsearchErrors.kind(error);
    }

    @Override
    public String shown(String words) {
        return shown.apply(words);
    }

    @Override
    public Published publish(Snapshot snapshot, Instant now) {
        ElasticsearchRoutes before = router.routes();
        ElasticsearchRoutes next = routes(snapshot, now);
        for (NodeView node : snapshot.nodes().values()) {
            boolean was = before.snapshot()
                    .node(node.node())
                    .filter(view -> view.status().usable())
                    .isPresent();
            if (node.status().usable() && !was) {
                channel(node.node()).usable();
                router.guards().forgive();
            }
        }
        router.publish(next);
        return new Published(next.leadsElsewhere(before), List.of());
    }

    @Override
    public void retire(String node, int generation, boolean interrupt) {
        router.retire(channel(node), interrupt);
    }

    @Override
    public boolean awaited() {
        return router.awaited();
    }

    @Override
    public int inUse(String node) {
        return channel(node).underWay();
    }

    @Override
    public boolean returned(String node) {
        return channel(node).takeReturned();
    }

    @Override
    public boolean returnedIsAnswered() {
        return true;
    }

    void close() {
        channels.values().forEach(NodeChannel::close);
    }
}
