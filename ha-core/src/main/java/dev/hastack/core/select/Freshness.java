package dev.hastack.core.select;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which nodes are fresh enough. While a primary stands, a replica is measured against now. Without one nothing newer is
 * to be had anywhere, so replicas are measured against the most advanced of them, as MongoDB's specification of max
 * staleness does: that writes stop must not stop the reads. Where nothing is known but positions, only the foremost
 * serves.
 *
 * <p>One whose data may be too old serves nothing. It is late only if positions bear that out; else nobody was heard of
 * for too long, which is no fault of the replica's. One that was late has to come back to half of the greatest lag, so that
 * one at the edge does not come and go.
 *
 * @param late the replicas that were late
 * @param reference what replicas are measured against; empty: only the position counts
 * @param foremost the greatest position of an open replica
 */
record Freshness(
        Snapshot snapshot, ReadPolicy policy, Set<String> late, Optional<Instant> reference, OptionalLong foremost) {

    static Freshness of(Snapshot snapshot, ReadPolicy policy, Set<String> late, Instant now) {
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
                late,
                reference,
                replicas.stream().mapToLong(NodeView::position).max());
    }

    /** How old this node's data is at most, as far as that is known. */
    private Optional<Duration> age(NodeView node) {
        return Staleness.freshAt(snapshot, node).flatMap(at -> reference.map(now -> Duration.between(at, now)));
    }

    /** Whether this replica is known to be too old, or was and has not come back far enough. */
    boolean late(NodeView node) {
        if (node.status() != Status.REPLICA || policy.maxLag().isEmpty()) {
            return false;
        }
        return late.contains(node.node())
                ? age(node).filter(age -> age.compareTo(limit(node)) <= 0).isEmpty()
                : reference
                        .flatMap(at -> Staleness.proven(snapshot, node, at))
                        .filter(lag -> lag.compareTo(limit(node)) > 0)
                        .isPresent();
    }

    /** Whether this replica serves nothing only since it, or the primary, was not heard of for too long. */
    boolean unheard(NodeView node) {
        return !late(node)
                && !suffices(node)
                && Staleness.freshAt(snapshot, node).isPresent();
    }

    /** When this node's data may have become half as old as it may be at most, unless it is late. */
    Optional<Instant> nearing(NodeView node) {
        return late(node) ? Optional.empty() : since(node, 2);
    }

    private Duration limit(NodeView node) {
        Duration greatest = policy.maxLag().orElseThrow();
        return late.contains(node.node()) ? greatest.dividedBy(2) : greatest;
    }

    boolean suffices(NodeView node) {
        if (node.status() != Status.REPLICA || policy.maxLag().isEmpty()) {
            return true;
        }
        if (reference.isEmpty()) {
            return foremost.equals(OptionalLong.of(node.position()));
        }
        return age(node).filter(age -> age.compareTo(limit(node)) <= 0).isPresent();
    }

    /** Until when this node suffices, if no newer snapshot comes. */
    Optional<Instant> until(NodeView node) {
        // At the limit itself it is fresh still.
        return since(node, 1).map(at -> at.plusNanos(1));
    }

    /** When its data may have this part of the greatest age, if no newer snapshot comes. */
    private Optional<Instant> since(NodeView node, int part) {
        if (node.status() != Status.REPLICA
                || policy.maxLag().isEmpty()
                || snapshot.primary().isEmpty()) {
            return Optional.empty();
        }
        return Staleness.freshAt(snapshot, node).map(at -> at.plus(limit(node).dividedBy(part)));
    }
}
