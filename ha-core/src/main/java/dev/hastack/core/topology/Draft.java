package dev.hastack.core.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next snapshot while one input is taken: lives within one call of {@link Topology#step}, in one thread. What every
 * transition has in common is here: a node that leaves a usable status loses its connections, at most one node is
 * primary, and a newer epoch dethrones a primary below it.
 */
final class Draft {
    private final Snapshot before;
    private final TreeMap<String, NodeView> nodes;
    private final List<Change> changes = new ArrayList<>();
    private final Set<Action> actions = new LinkedHashSet<>();
    private Optional<String> identity;
    private OptionalLong maxEpoch;
    private Optional<String> incumbent;
    private List<Sample> ring;
    private boolean closed;

    Draft(Snapshot before) {
        this.before = before;
        this.nodes = new TreeMap<>(before.nodes());
        this.identity = before.identity();
        this.maxEpoch = before.maxEpoch();
        this.incumbent = before.incumbent();
        this.ring = before.ring();
        this.closed = before.closed();
    }

    @Nullable
    NodeView node(String id) {
        return nodes.get(id);
    }

    Collection<NodeView> nodes() {
        return List.copyOf(nodes.values());
    }

    Optional<NodeView> primary() {
        return nodes.values().stream().filter(n -> n.status() == Status.PRIMARY).findFirst();
    }

    Optional<String> identity() {
        return identity;
    }

    OptionalLong maxEpoch() {
        return maxEpoch;
    }

    Optional<String> incumbent() {
        return incumbent;
    }

    void changed(Change change) {
        changes.add(change);
    }

    void act(Action action) {
        actions.add(action);
    }

    void probe(String node) {
        act(new Action.ProbeNow(node));
    }

    void probeAll() {
        nodes.keySet().forEach(this::probe);
    }

    void put(NodeView node) {
        nodes.put(node.node(), node);
    }

    void remove(String node) {
        nodes.remove(node);
    }

    void pin(Optional<String> cluster) {
        identity = cluster;
        maxEpoch = Snapshot.knownOf(before.known(), cluster);
    }

    void close() {
        closed = true;
    }

    /**
     * Moves a node to a status. Leaving PRIMARY or REPLICA, except by a promotion, retires its connections: a promoted
     * node's pool is warm and may write at once.
     *
     * @param interrupt whether connections in use are aborted, if any are retired
     */
    NodeView move(NodeView node, Status next, boolean interrupt, Instant at) {
        if (node.status() == next) {
            put(node);
            return node;
        }
        boolean retired = node.status().usable() && next != Status.PRIMARY;
        if (retired) {
            act(new Action.Retire(node.node(), node.generation(), interrupt));
        }
        NodeView moved = node.in(next, retired, at);
        put(moved);
        return moved;
    }

    /** Refuses a node's claim to be primary; a primary that is dethroned so must not be waited for. */
    void fence(NodeView node, String reason, Instant at) {
        boolean news = node.status() != Status.FENCED;
        move(node, Status.FENCED, node.status() == Status.PRIMARY, at);
        if (news) {
            changed(new Change.PrimaryFenced(node.node(), reason));
        }
    }

    /**
     * Counts an epoch that a node of this cluster showed. A newer one ends the ring, and dethrones a primary below it:
     * even a replica on a newer epoch proves that somebody else was promoted.
     */
    void count(OptionalLong epoch, String witness, Instant at) {
        if (epoch.isEmpty() || (maxEpoch.isPresent() && epoch.getAsLong() <= maxEpoch.getAsLong())) {
            return;
        }
        maxEpoch = epoch;
        ring = List.of();
        primary().filter(p -> Epochs.below(p.epoch(), maxEpoch)).ifPresent(stale -> {
            String reason = Epochs.words(stale.epoch()) + " is below epoch " + epoch.getAsLong() + " of " + witness;
            changed(new Change.PrimaryLost(stale.node(), reason));
            fence(stale, reason, at);
            probe(stale.node());
        });
    }

    /** Remembers where the standing primary is; a primary other than the last one starts a ring of its own. */
    void sample(Input.Answered answer, boolean adopted) {
        boolean continues = !adopted || incumbent.equals(Optional.of(answer.node()));
        ring = Ring.append(continues ? ring : List.of(), new Sample(answer.startedAt(), answer.position()));
    }

    /** Ends the step. */
    Step finish() {
        primary()
                .filter(p -> incumbent.isPresent() || nodes.values().stream().allMatch(NodeView::heard))
                .ifPresent(p -> incumbent = Optional.of(p.node()));
        Snapshot next =
                new Snapshot(before.version(), before.known(), identity, maxEpoch, incumbent, nodes, ring, closed);
        if (next.equals(before)) {
            return new Step(before, changes, List.copyOf(actions));
        }
        next = new Snapshot(before.version() + 1, before.known(), identity, maxEpoch, incumbent, nodes, ring, closed);
        return new Step(next, changes, List.copyOf(actions));
    }
}
