package dev.hastack.core.topology;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One store's topology at one moment.
 *
 * @param version rises with every step that changed anything
 * @param known the greatest epoch that earlier processes saw; counts from when {@code identity} turns out to be of its
 *     cluster
 * @param identity the cluster that this is, pinned by configuration or by the first primary
 * @param maxEpoch the greatest epoch seen of any node of this identity; never falls
 * @param incumbent the last node that stood as primary when every node had been heard of, or that succeeded one that
 *     did; it is what tells a split brain in operation from one at a cold start
 * @param nodes by id
 * @param ring where the last primary was in {@code maxEpoch}, oldest first, in rising time and position; empty after a
 *     newer epoch was seen, until a primary of it answers; frozen while there is no primary
 * @param closed whether the stack is closed
 */
public record Snapshot(
        long version,
        Optional<KnownEpoch> known,
        Optional<String> identity,
        OptionalLong maxEpoch,
        Optional<String> incumbent,
        SortedMap<String, NodeView> nodes,
        List<Sample> ring,
        boolean closed) {

    public Snapshot {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        ring = List.copyOf(ring);
    }

    /** The snapshot before any news: no nodes, and no history but the epoch that is known from before. */
    public static Snapshot initial(Optional<String> pinnedIdentity, Optional<KnownEpoch> known) {
        return new Snapshot(
                0,
                known,
                pinnedIdentity,
                knownOf(known, pinnedIdentity),
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                false);
    }

    /** The greatest epoch seen, with the cluster that it is of. */
    public Optional<KnownEpoch> knownEpoch() {
        return maxEpoch.isPresent()
                ? identity.map(cluster -> new KnownEpoch(cluster, maxEpoch.getAsLong()))
                : Optional.empty();
    }

    static OptionalLong knownOf(Optional<KnownEpoch> known, Optional<String> identity) {
        return known.filter(k -> Optional.of(k.identity()).equals(identity)).stream()
                .mapToLong(KnownEpoch::epoch)
                .findFirst();
    }

    /** The node that takes writes, suspect or not. */
    public Optional<NodeView> primary() {
        return nodes.values().stream().filter(n -> n.status() == Status.PRIMARY).findFirst();
    }

    /**
     * The primary that may be written to now: its gate is open, and it has history. At a cold start a claimant has none
     * until every node was heard of once, since one that has not answered yet may turn out to have the newer epoch.
     */
    public Optional<NodeView> writable() {
        return primary().filter(node -> node.open() && incumbent.isPresent());
    }

    /** The nodes of a store without a primary that serve, suspect or not. */
    public Stream<NodeView> peers() {
        return nodes.values().stream().filter(node -> node.status() == Status.PEER);
    }

    /** Whether some node may be written to, as far as its status tells: the primary, or any peer. */
    public boolean open() {
        return primary()
                .or(() -> peers().filter(NodeView::open).findFirst())
                .filter(NodeView::open)
                .isPresent();
    }

    /** What callers can do now. */
    public Health health() {
        return Health.of(this);
    }

    /**
     * Whether a node was refused as primary only because another had an equal claim: a split brain that no epoch can
     * settle. While nobody is primary for this reason, an operator must stop one of the claimants.
     */
    public boolean contested() {
        return nodes.values().stream().anyMatch(this::contests);
    }

    /**
     * Why this node's claim to be primary was refused, if it is fenced: {@code epoch 6 is below epoch 7 of db2}, {@code
     * contested by db2 at the same epoch 7}. Names the nodes that have the better or an equal claim now.
     */
    public Optional<String> refusal(NodeView node) {
        if (node.status() != Status.FENCED) {
            return Optional.empty();
        }
        boolean contested = contests(node);
        String others = nodes.values().stream()
                .filter(other -> !other.node().equals(node.node()))
                .filter(other -> contested
                        ? other.status() == Status.PRIMARY || contests(other)
                        : other.status().usable() && other.epoch().equals(maxEpoch))
                .map(NodeView::node)
                .collect(Collectors.joining(", "));
        if (contested) {
            return Optional.of("contested by " + (others.isEmpty() ? "a node that is gone" : others)
                    + Epochs.equally(node.epoch()));
        }
        return Optional.of(Epochs.words(node.epoch()) + " is below " + Epochs.words(maxEpoch)
                + (others.isEmpty() ? "" : " of " + others));
    }

    /** Whether this node is fenced, and not for an older epoch. */
    boolean contests(NodeView node) {
        return node.status() == Status.FENCED && !Epochs.below(node.epoch(), maxEpoch);
    }

    /**
     * The topology in one line, for errors and logs: {@code READ_ONLY epoch 7 since 12:01:03Z [db1 DOWN refused 4 s ago
     * (connection refused), db2 REPLICA lag<=14 s rtt 0.6 ms, db3 FENCED primary at epoch 6]}. The time is that of the
     * last change of any node's status, in UTC. Holds no credentials, as {@link Failure#cause} holds none.
     *
     * @param now on the clock of the inputs
     */
    public String describe(Instant now) {
        return new Description(this, now).line();
    }

    /** The node of this id, if it is a member. */
    public Optional<NodeView> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }
}
