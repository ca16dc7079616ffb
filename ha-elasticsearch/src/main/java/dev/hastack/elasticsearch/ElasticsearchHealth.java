package dev.hastack.elasticsearch;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.HealthNotes;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.health.TopologyNotes;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Health as the routes have it. */
final class ElasticsearchHealth {
    private final Router router;
    private final HealthNotes added = new HealthNotes();

    ElasticsearchHealth(Router router) {
        this.router = router;
    }

    NoteRegistration addNotes(String name, Supplier<List<HealthNote>> notes) {
        return added.add(name, notes);
    }

    StoreHealth of(ElasticsearchRoutes routes, Instant now) {
        List<NodeHealth> nodes = routes.snapshot().nodes().values().stream()
                .map(node -> node(node, routes))
                .toList();
        List<String> guarded = router.guards().cluster().closures().toList();
        Optional<Refused> unwritable = unwritable(routes.snapshot());
        boolean well = guarded.isEmpty() && nodes.stream().allMatch(node -> node.health() == Health.UP);
        boolean serves = unwritable.isEmpty()
                && nodes.stream().anyMatch(node -> node.health() != Health.DOWN && connects(node, routes));
        List<HealthNote> notes = new ArrayList<>();
        unwritable
                .map(refused -> TopologyNotes.writesRefused("No node takes", refused))
                .ifPresent(notes::add);
        guarded.forEach(text -> notes.add(HealthNote.of(HealthCode.CLUSTER_BREAKER_OPEN, text)));
        router.guards().closures().forEach(text -> notes.add(HealthNote.of(HealthCode.PUBLICATION_BREAKER_OPEN, text)));
        notes.addAll(TopologyNotes.of(routes.snapshot(), false));
        partial(router.partial()).ifPresent(notes::add);
        return added.addedTo(StoreHealth.of(
                "elasticsearch",
                !serves ? Health.DOWN : well ? Health.UP : Health.DEGRADED,
                routes.snapshot().describe(now),
                notes,
                nodes));
    }

    private static Optional<HealthNote> partial(long answers) {
        return answers == 0
                ? Optional.empty()
                : Optional.of(HealthNote.of(
                        HealthCode.PARTIAL_RESULTS,
                        answers + (answers == 1 ? " answer was" : " answers were")
                                + " partial since the stack was opened"));
    }

    /** Why no node takes the writes that this stack is for, though it answers. */
    private static Optional<Refused> unwritable(Snapshot snapshot) {
        List<Optional<Refused>> peers =
                snapshot.peers().map(node -> node.refuses(Refused.Use.WRITES)).toList();
        return peers.stream().allMatch(Optional::isPresent)
                ? peers.stream().flatMap(Optional::stream).findFirst()
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
