package dev.hastack.core.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
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
    private Past past;

    Draft(Snapshot before) {
        this.before = before;
        this.nodes = new TreeMap<>(before.nodes());
        this.identity = before.identity();
        this.maxEpoch = before.maxEpoch();
        this.incumbent = before.incumbent();
        this.ring = before.ring();
        this.closed = before.closed();
        this.past = before.past();
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

    Past past() {
        return past;
    }

    /** Whether the greatest epoch is abandoned in favour of this claimant, by what it and all others answered last. */
    boolean abandoned(NodeView claimant) {
        NodeView was = nodes.get(claimant.node());
        return was != null
                && was.status() == Status.FENCED
                && was.epoch().equals(claimant.epoch())
                && Abandonment.obstacle(nodes.values(), maxEpoch, past, was).isEmpty();
    }

    /** Whether a node shows the epoch that was given up. */
    boolean gaveUp(OptionalLong epoch, Optional<String> history, NodeView was) {
        return past.gaveUp(epoch, history, maxEpoch, was);
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
        maxEpoch = KnownTopology.knownOf(before.known(), cluster);
        past = past.of(KnownTopology.historyOf(before.known(), cluster));
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
        NodeView moved = KnownNode.in(node, next, retired, at);
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
    void count(OptionalLong epoch, Optional<String> history, String witness, Instant at) {
        raise(epoch, history, witness, at, at);
        if (Epochs.same(epoch, history, maxEpoch, past.history())) {
            past = past.sighted(at).of(past.history().or(() -> history));
        }
    }

    /** As {@link #count}, of an epoch that no node has shown yet. */
    void appoint(Input.Appointed appointed) {
        raise(OptionalLong.of(appointed.epoch()), Optional.empty(), appointed.witness(), Instant.MAX, appointed.at());
    }

    private void raise(OptionalLong epoch, Optional<String> history, String witness, Instant sighted, Instant at) {
        if (epoch.isEmpty() || (maxEpoch.isPresent() && epoch.getAsLong() <= maxEpoch.getAsLong())) {
            return;
        }
        maxEpoch = epoch;
        past = past.raised(history, sighted);
        ring = List.of();
        primary().filter(p -> Epochs.below(p.epoch(), maxEpoch)).ifPresent(stale -> {
            String reason = Epochs.words(stale.epoch()) + " is below epoch " + epoch.getAsLong() + " of " + witness;
            changed(new Change.PrimaryLost(stale.node(), reason));
            fence(stale, reason, at);
            probe(stale.node());
        });
    }

    /** Gives the greatest epoch up for that of this claimant, whom all follow. */
    void abandon(NodeView claimant) {
        Instant since = past.sighted().orElse(Instant.MIN);
        abandon(claimant.epoch(), claimant.origin().history(), Optional.of(claimant.node()), since);
    }

    /**
     * Gives the greatest epoch up, as an operator says, unless a node that answers shows it. Nobody has history then: of several
     * claimants, none is taken for having stood before.
     */
    void forget(Instant at) {
        Optional<NodeView> next = nodes.values().stream()
                .filter(node -> node.status().usable() || node.status() == Status.FENCED)
                .filter(node -> node.identity().equals(identity) && node.epoch().isPresent())
                .filter(node -> !gaveUp(node.epoch(), node.origin().history(), node))
                .max(Comparator.comparingLong(node -> node.epoch().getAsLong()));
        if (maxEpoch.isPresent()
                && next.filter(node -> !past.supersedes(node, maxEpoch)).isEmpty()) {
            incumbent = Optional.empty();
            abandon(
                    next.map(NodeView::epoch).orElse(OptionalLong.empty()),
                    next.flatMap(node -> node.origin().history()),
                    Optional.empty(),
                    at);
            probeAll();
        }
    }

    private void abandon(OptionalLong epoch, Optional<String> history, Optional<String> node, Instant since) {
        maxEpoch.ifPresent(greatest -> {
            changed(new Change.EpochAbandoned(greatest, epoch, node, Optional.empty()));
            past = past.abandon(greatest, history, since);
        });
        past = past.of(history);
        maxEpoch = epoch;
        ring = List.of();
    }

    /** Remembers where the standing primary is; a primary other than the last one starts a ring of its own. */
    void sample(Input.Answered answer, boolean adopted) {
        boolean continues = !adopted || incumbent.equals(Optional.of(answer.node()));
        ring = Ring.append(
                continues ? ring : List.of(), new Sample(answer.startedAt(), answer.position(), answer.at()));
    }

    /** Ends the step. */
    Step finish() {
        primary()
                .filter(p -> incumbent.isPresent() || nodes.values().stream().allMatch(NodeView::heard))
                .ifPresent(p -> incumbent = Optional.of(p.node()));
        boolean same = snapshot(before.version()).equals(before);
        return new Step(same ? before : snapshot(before.version() + 1), changes, List.copyOf(actions));
    }

    private Snapshot snapshot(long version) {
        return new KnownTopology(version, before.known(), identity, maxEpoch, incumbent, nodes, ring, closed, past);
    }
}
