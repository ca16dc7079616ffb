package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.health.TopologyNotes;
import dev.hastack.core.select.ReadWords;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Health as the routes have it. */
final class PostgresHealth {
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
        return StoreHealth.of("postgres", store(routes, nodes), snapshot.describe(now), notes(routes), nodes);
    }

    private List<HealthNote> notes(Routes routes) {
        List<HealthNote> notes = new ArrayList<>(TopologyNotes.of(routes.snapshot(), config.writable()));
        if (routes.lacksWitness(config)) {
            notes.add(HealthNote.of(
                    HealthCode.WITNESS_MISSING,
                    "No other node confirms the primary, as ha.postgres.writes.require-witness demands."));
        }
        pools.note()
                .map(text -> HealthNote.of(HealthCode.EPOCH_ABANDONED, text))
                .ifPresent(notes::add);
        return notes;
    }

    private Health store(Routes routes, List<NodeHealth> nodes) {
        if (config.writable() && routes.snapshot().writesRefused().isPresent()) {
            // It does not end by itself, as a failover does.
            return Health.DOWN;
        }
        NodePool writer = routes.writer();
        boolean writes = !config.writable() || (writer != null && serves(writer));
        boolean reads = routes.readers().stream().anyMatch(PostgresHealth::serves);
        if (!writes && !reads) {
            return Health.DOWN;
        }
        boolean all = nodes.stream().allMatch(node -> node.health() == Health.UP);
        return writes && reads && all ? Health.UP : Health.DEGRADED;
    }

    /** Not one that has no connection and can open none: whoever asks for one waits in vain. */
    private static boolean serves(NodePool pool) {
        return !pool.empty() || pool.cannotOpen().isEmpty();
    }

    private NodeHealth node(NodeView node, Routes routes, Instant now) {
        Snapshot snapshot = routes.snapshot();
        Optional<Duration> lag =
                node.status() == Status.REPLICA ? Staleness.bound(snapshot, node, now) : Optional.empty();
        Optional<String> late = ReadWords.whyNone(routes.eligible(), node, lag);
        Optional<String> closed = pools.connectFailure(node).map(cause -> "connections cannot be opened: " + cause);
        Optional<String> unasked = pools.probeRefused(node).map(cause -> "cannot be asked: " + cause);
        Optional<String> broken =
                pools.pool(node).flatMap(pool -> pool.breaker().nextTrial()).map(NodeHealth::breakerOpen);
        PostgresConfig.Node configured = config.nodes().get(node.node());
        return NodeHealth.of(
                snapshot,
                node,
                configured == null ? "" : configured.address().toString(),
                lag,
                broken.isPresent(),
                Stream.of(closed, unasked, late, broken)
                        .flatMap(Optional::stream)
                        .toList());
    }
}
