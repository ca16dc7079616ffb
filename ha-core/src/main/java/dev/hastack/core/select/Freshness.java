package dev.hastack.core.select;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Status;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which nodes are fresh enough. While a primary stands, a replica is measured against now. Without one nothing newer is
 * to be had anywhere, so replicas are measured against the most advanced of them, as MongoDB's specification of max
 * staleness does: that writes stop must not stop the reads. Where nothing is known but positions, only the foremost
 * serves.
 *
 * @param limit before which a replica's data must not end; empty: only the position counts
 * @param foremost the greatest position of an open replica
 */
record Freshness(Snapshot snapshot, ReadPolicy policy, Optional<Instant> limit, OptionalLong foremost) {

    static Freshness of(Snapshot snapshot, ReadPolicy policy, Instant now) {
        List<NodeView> replicas = snapshot.nodes().values().stream()
                .filter(node -> node.open() && node.status() == Status.REPLICA)
                .toList();
        Optional<Instant> reference = snapshot.primary().isPresent()
                ? Optional.of(now)
                : replicas.stream()
                        .flatMap(node -> Staleness.freshAt(snapshot, node).stream())
                        .max(Comparator.naturalOrder());
        return new Freshness(
                snapshot,
                policy,
                reference.flatMap(at -> policy.maxLag().map(at::minus)),
                replicas.stream().mapToLong(NodeView::position).max());
    }

    boolean suffices(NodeView node) {
        if (node.status() == Status.PRIMARY || policy.maxLag().isEmpty()) {
            return true;
        }
        if (limit.isEmpty()) {
            return foremost.equals(OptionalLong.of(node.position()));
        }
        return Staleness.freshAt(snapshot, node)
                .filter(at -> !at.isBefore(limit.get()))
                .isPresent();
    }

    /** Until when this node suffices, if no newer snapshot comes. */
    Optional<Instant> until(NodeView node) {
        if (node.status() == Status.PRIMARY || snapshot.primary().isEmpty()) {
            return Optional.empty();
        }
        // At the limit itself it is fresh still.
        return Staleness.freshAt(snapshot, node)
                .flatMap(at -> policy.maxLag().map(lag -> at.plus(lag).plusNanos(1)));
    }
}
