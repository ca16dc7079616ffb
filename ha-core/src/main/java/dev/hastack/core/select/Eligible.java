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
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The nodes that a read may go to under one policy, as of one snapshot. Immutable; made once for each snapshot.
 *
 * <p>The nodes are in tiers, the better first: those of the own stack, those of others, each with the nodes of the own
 * zone first, then the fallback; then the same
 * again with the nodes that are kept out for being silent, or for having fallen of late.
 */
public final class Eligible {
    private final Snapshot snapshot;
    private final Duration window;
    private final List<List<NodeView>> tiers;
    private final List<String> nodes;
    private final Set<String> late;
    private final Set<String> unheard;
    private final Optional<Instant> until;
    private final Optional<Instant> nearing;

    Eligible(
            Snapshot snapshot,
            Duration window,
            List<List<NodeView>> tiers,
            Set<String> late,
            Set<String> unheard,
            Optional<Instant> until,
            Optional<Instant> nearing) {
        this.snapshot = snapshot;
        this.window = window;
        this.tiers = tiers;
        this.nodes = first(all -> true);
        this.late = late;
        this.unheard = unheard;
        this.until = until;
        this.nearing = nearing;
    }

    /** The nodes to choose from, by id: alike in tier and near in round trip. Empty if there is none. */
    public List<String> nodes() {
        return nodes;
    }

    /**
     * The nodes to choose from for a call that has failed on some, or while a breaker is not closed. If all have
     * failed, that is ignored; if no breaker permits a call, that is ignored: a guess is better than none.
     *
     * @param failed whether this call has failed on a node already
     * @param permits whether a node's breaker permits a call
     */
    public List<String> nodes(Predicate<String> failed, Predicate<String> permits) {
        return nodes(node -> true, failed, permits);
    }

    /**
     * As {@link #nodes(Predicate, Predicate)}, among those nodes that can take a call at all: what is ignored there
     * is never ignored at the price of a node that cannot, and a breaker is ignored where only such a node stands beside it.
     *
     * @param ready whether a node can take a call now; one that cannot is never named
     */
    public List<String> nodes(Predicate<String> ready, Predicate<String> failed, Predicate<String> permits) {
        Predicate<String> untried = node -> ready.test(node) && !failed.test(node);
        return Stream.of(untried.and(permits), untried, ready.and(permits), ready)
                .map(this::first)
                .filter(some -> !some.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /**
     * Only those nodes that show what was written. The primary does, if the token is of its cluster and of no newer
     * epoch than is known here, or of one that was given up: what it does not show is lost. A replica does if it has reached the position in the
     * primary's history; of a token of another epoch nothing is known, since what the old primary wrote last may be
     * lost.
     */
    public Eligible reaching(Token token) {
        List<List<NodeView>> reached = tiers.stream()
                .map(tier -> tier.stream().filter(n -> shows(n, token)).toList())
                .toList();
        return new Eligible(snapshot, window, reached, late, unheard, until, nearing);
    }

    private boolean shows(NodeView node, Token token) {
        if (!token.identity().equals(snapshot.identity())) {
            return false;
        }
        if (node.status() == Status.PRIMARY) {
            return snapshot.hasEpoch(token.epoch(), token.history())
                    || snapshot.hadEpoch(token.epoch(), token.history());
        }
        return snapshot.hasEpoch(token.epoch(), token.history())
                && node.position() >= token.position()
                && Staleness.comparable(snapshot, node);
    }

    /**
     * Until when this holds, if no newer snapshot comes: then a replica's data may have become too old, or one that is
     * kept out is taken back. Empty: for ever.
     */
    public Optional<Instant> until() {
        return until;
    }

    /** The replicas that are kept out because their data is too old, or was and has not come back far enough. */
    public Set<String> late() {
        return late;
    }

    /**
     * The replicas that are kept out only since they, or the primary, were not heard of for so long that their data may be too
     * old by now: as far as positions show, it is not.
     */
    public Set<String> unheard() {
        return unheard;
    }

    /**
     * From when on a replica's data may be half as old as it may be at most, if no newer snapshot comes: time to ask it and the
     * primary again, before it is too late. Empty: never.
     */
    public Optional<Instant> nearing() {
        return nearing;
    }

    /** The snapshot that this is of. */
    public Snapshot snapshot() {
        return snapshot;
    }

    private List<String> first(Predicate<String> fit) {
        for (List<NodeView> tier : tiers) {
            List<NodeView> fitting =
                    tier.stream().filter(n -> fit.test(n.node())).toList();
            if (!fitting.isEmpty()) {
                return near(fitting);
            }
        }
        return List.of();
    }

    private List<String> near(List<NodeView> tier) {
        Duration best =
                tier.stream().map(NodeView::rtt).min(Comparator.naturalOrder()).orElseThrow();
        Duration limit = best.plus(window);
        return tier.stream()
                .filter(n -> n.rtt().compareTo(limit) <= 0)
                .map(NodeView::node)
                .toList();
    }

    @Override
    public String toString() {
        return "Eligible" + nodes;
    }
}
