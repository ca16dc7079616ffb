package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Health as the routes have it. */
final class PostgresHealth {
    private static final String UNKNOWN_LAG =
            "gets no reads: its lag is unknown, since nothing shows yet that it follows the primary";

    private final PostgresConfig config;
    private final PostgresPools pools;

    PostgresHealth(PostgresConfig config, PostgresPools pools) {
        this.config = config;
        this.pools = pools;
    }

    StoreHealth of(Routes routes, Instant now) {
        Snapshot snapshot = routes.snapshot();
        List<NodeHealth> nodes = snapshot.nodes().values().stream()
                .map(node -> node(node, routes, now))
                .toList();
        return new StoreHealth(
                "postgres",
                store(routes, nodes),
                snapshot.describe(now) + (routes.lacksWitness(config) ? Routes.UNWITNESSED : ""),
                nodes);
    }

    private Health store(Routes routes, List<NodeHealth> nodes) {
        boolean writes = routes.writer() != null || !config.writable();
        boolean reads = !routes.readers().isEmpty();
        if (!writes && !reads) {
            return Health.DOWN;
        }
        boolean all = nodes.stream().allMatch(node -> node.health() == Health.UP);
        return writes && reads && all ? Health.UP : Health.DEGRADED;
    }

    private NodeHealth node(NodeView node, Routes routes, Instant now) {
        Snapshot snapshot = routes.snapshot();
        Optional<Duration> lag =
                node.status() == Status.REPLICA ? Staleness.bound(snapshot, node, now) : Optional.empty();
        Optional<String> late = routes.late().contains(node.node())
                ? Optional.of("gets no reads until its lag is half of max-lag: "
                        + lag.map(age -> "lags by up to " + age.toMillis() + " ms")
                                .orElse("lag unknown"))
                : lag.isEmpty()
                                && node.status() == Status.REPLICA
                                && snapshot.primary().isPresent()
                        ? Optional.of(UNKNOWN_LAG)
                        : Optional.empty();
        Optional<String> closed = pools.connectFailure(node).map(cause -> "connections cannot be opened: " + cause);
        boolean broken = pools.pool(node).filter(pool -> pool.breaker().open()).isPresent();
        PostgresConfig.Node configured = config.nodes().get(node.node());
        return NodeHealth.of(
                snapshot,
                node,
                configured == null ? "" : configured.address().toString(),
                lag,
                broken,
                Stream.of(closed, late).flatMap(Optional::stream).toList());
    }
}
