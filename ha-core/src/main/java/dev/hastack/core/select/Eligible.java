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

/**
 * The nodes that a read may go to under one policy, as of one snapshot. Immutable; made once for each snapshot.
 *
 * <p>The nodes are in tiers, the better first: those of the own stack, those of others, each with the nodes of the own
 * zone first, then the fallback; then the same
 * again with the replicas that are kept out for having fallen of late.
 */
public final class Eligible {
    private final Snapshot snapshot;
    private final Duration window;
    private final List<List<NodeView>> tiers;
    private final List<String> nodes;
    private final Set<String> late;
    private final Optional<Instant> until;

    Eligible(
            Snapshot snapshot, Duration window, List<List<NodeView>> tiers, Set<String> late, Optional<Instant> until) {
        this.snapshot = snapshot;
        this.window = window;
        this.tiers = tiers;
        this.nodes = first(all -> true);
        this.late = late;
        this.until = until;
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
        List<String> untried = first(node -> !failed.test(node));
        if (untried.isEmpty()) {
            List<String> permitted = first(permits);
            return permitted.isEmpty() ? nodes : permitted;
        }
        List<String> permitted = first(node -> !failed.test(node) && permits.test(node));
        return permitted.isEmpty() ? untried : permitted;
    }

    /**
     * Only those nodes that show what was written. The primary does, if the token is of its cluster and of no newer
     * epoch than is known here: what it does not show is lost. A replica does if it has reached the position in the
     * primary's history; of a token of an older epoch nothing is known, since what the old primary wrote last may be
     * lost.
     */
    public Eligible reaching(Token token) {
        List<List<NodeView>> reached = tiers.stream()
                .map(tier -> tier.stream().filter(n -> shows(n, token)).toList())
                .toList();
        return new Eligible(snapshot, window, reached, late, until);
    }

    private boolean shows(NodeView node, Token token) {
        if (!token.identity().equals(snapshot.identity())) {
            return false;
        }
        boolean sameEpoch = token.epoch().equals(snapshot.maxEpoch());
        if (node.status() == Status.PRIMARY) {
            return sameEpoch || token.epoch().orElse(0) < snapshot.maxEpoch().orElse(0);
        }
        return sameEpoch && node.position() >= token.position() && Staleness.comparable(snapshot, node);
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
