package dev.hastack.elasticsearch;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.Reports;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Health as the routes have it. */
final class ElasticsearchHealth {
    private final Router router;
    private final Reports reports = new Reports();

    ElasticsearchHealth(Router router) {
        this.router = router;
    }

    AutoCloseable report(String name, Supplier<String> words) {
        return reports.add(name, words);
    }

    StoreHealth of(ElasticsearchRoutes routes, Instant now) {
        List<NodeHealth> nodes = routes.snapshot().nodes().values().stream()
                .map(node -> node(node, routes))
                .toList();
        Guard cluster = router.guards().cluster();
        List<String> broken = router.guards().open();
        List<String> guarded = cluster.words().toList();
        StringBuilder summary = new StringBuilder(routes.snapshot().describe(now));
        if (!guarded.isEmpty()) {
            summary.append("; ").append(String.join("; ", guarded)).append(": ").append(cluster.why());
        }
        if (!broken.isEmpty()) {
            summary.append("; kept away: ").append(String.join(", ", broken));
        }
        if (router.partial() > 0) {
            summary.append("; ").append(router.partial()).append(" answers were partial");
        }
        Optional<String> unwritable = unwritable(routes.snapshot());
        unwritable.ifPresent(why -> summary.append("; writes refused: ").append(why));
        boolean well = guarded.isEmpty() && nodes.stream().allMatch(node -> node.health() == Health.UP);
        boolean serves = unwritable.isEmpty()
                && nodes.stream().anyMatch(node -> node.health() != Health.DOWN && connects(node, routes));
        return reports.addedTo(new StoreHealth(
                "elasticsearch",
                !serves ? Health.DOWN : well ? Health.UP : Health.DEGRADED,
                summary.toString(),
                nodes));
    }

    /** Why no node takes the writes that this stack is for, though it answers. */
    private static Optional<String> unwritable(Snapshot snapshot) {
        List<Optional<Refused>> peers =
                snapshot.peers().map(node -> node.refuses(Refused.Use.WRITES)).toList();
        return peers.stream().allMatch(Optional::isPresent)
                ? peers.stream().flatMap(Optional::stream).findFirst().map(Refused::why)
                : Optional.empty();
    }

    /** Not where no connection could be made, though the probe's own goes on: nobody's request is sent. */
    private static boolean connects(NodeHealth node, ElasticsearchRoutes routes) {
        NodeChannel channel = routes.channels().get(node.node());
        return channel == null || channel.cannotConnect().isEmpty();
    }

    private NodeHealth node(NodeView node, ElasticsearchRoutes routes) {
        Optional<NodeChannel> channel = Optional.ofNullable(routes.channels().get(node.node()));
        Optional<String> closed =
                channel.flatMap(NodeChannel::cannotConnect).map(why -> "connections cannot be opened: " + why);
        Optional<String> broken =
                channel.flatMap(one -> one.breaker().nextTrial()).map(NodeHealth::breakerOpen);
        return NodeHealth.of(
                routes.snapshot(),
                node,
                channel.map(one -> one.target().address().toString()).orElse(""),
                Optional.empty(),
                broken.isPresent(),
                Stream.of(closed, broken).flatMap(Optional::stream).toList());
    }
}
