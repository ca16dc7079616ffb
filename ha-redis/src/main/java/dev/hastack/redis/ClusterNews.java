package dev.hastack.redis;

import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What became different in a Redis Cluster from one look to the next, for the subscribers of its stack. Each of its shards has a primary: one
 * is lost and another found, and none moves, since who is whose successor is the cluster's business. Used by one thread.
 */
final class ClusterNews {
    private final Consumer<TopologyEvent> subscribers;
    private Map<String, Node> last = Map.of();
    private long version;

    /**
     * A node as of one look.
     *
     * @param kind of the failure of its last probe; empty if that did not fail
     * @param refused what it refuses while it answers
     */
    record Node(NodeHealth health, Optional<Kind> kind, List<Refused> refused) {
        Node {
            refused = List.copyOf(refused);
        }

        String id() {
            return health.node();
        }

        Status role() {
            return health.role();
        }

        private Failure failure(Instant now) {
            // The cluster's own word, if no probe failed.
            return new Failure(kind.orElse(Kind.NETWORK), health.reason().orElse("it does not answer"), now);
        }

        private NodeView view() {
            return NodeView.of(
                    id(),
                    role(),
                    Optional.of(health.since()).filter(since -> health.suspect()),
                    health.epoch(),
                    refused,
                    health.generation(),
                    Optional.of(failure(health.since())).filter(failure -> role() == Status.DOWN),
                    health.since());
        }
    }

    ClusterNews(Consumer<TopologyEvent> subscribers) {
        this.subscribers = subscribers;
    }

    void look(List<Node> seen, Instant now) {
        Map<String, Node> next = new LinkedHashMap<>();
        seen.forEach(node -> next.put(node.id(), node));
        List<Change> changes = new ArrayList<>();
        members(next).ifPresent(changes::add);
        for (Node node : seen) {
            compare(Optional.ofNullable(last.get(node.id())), node, now, changes);
        }
        last = next;
        tell(changes, false);
    }

    /** Tells that nothing follows. */
    void close() {
        tell(List.of(new Change.TopologyClosed()), true);
    }

    private Optional<Change> members(Map<String, Node> next) {
        Set<String> added = new TreeSet<>(next.keySet());
        added.removeAll(last.keySet());
        Set<String> removed = new TreeSet<>(last.keySet());
        removed.removeAll(next.keySet());
        return added.isEmpty() && removed.isEmpty()
                ? Optional.empty()
                : Optional.of(new Change.MembersChanged(added, removed));
    }

    private static void compare(Optional<Node> before, Node node, Instant now, List<Change> changes) {
        Status was = before.map(Node::role).orElse(Status.UNKNOWN);
        if (node.role() != was) {
            if (was == Status.PRIMARY) {
                String reason = node.health().reason().orElse("it is " + node.role());
                changes.add(new Change.PrimaryLost(node.id(), reason));
            }
            switch (node.role()) {
                case PRIMARY -> changes.add(new Change.PrimaryFound(node.id()));
                case REPLICA -> changes.add(new Change.NodeUp(node.id()));
                case DOWN -> changes.add(new Change.NodeDown(node.id(), node.failure(now)));
                default -> {}
            }
        }
        List<Refused> known = before.map(Node::refused).orElse(List.of());
        node.refused().stream()
                .filter(one -> !names(known, one.what()))
                .forEach(one -> changes.add(new Change.NodeRefuses(node.id(), one)));
        known.stream()
                .filter(one -> node.role().usable() && !names(node.refused(), one.what()))
                .forEach(one -> changes.add(new Change.NodeRefusesNoMore(node.id(), one.what())));
    }

    private static boolean names(List<Refused> all, String what) {
        return all.stream().anyMatch(one -> one.what().equals(what));
    }

    private void tell(List<Change> changes, boolean closed) {
        if (!changes.isEmpty()) {
            version++;
            Snapshot snapshot = snapshot(closed);
            changes.forEach(change -> subscribers.accept(TopologyEvent.of("redis", change, snapshot)));
        }
    }

    private Snapshot snapshot(boolean closed) {
        TreeMap<String, NodeView> nodes = new TreeMap<>();
        last.values().forEach(node -> nodes.put(node.id(), node.view()));
        return Snapshot.of(version, nodes, closed);
    }
}
