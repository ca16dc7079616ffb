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
 * @param maxEpoch the greatest epoch seen of any node of this identity; falls only when it is given up
 * @param incumbent the last node that stood as primary when every node had been heard of, or that succeeded one that
 *     did; it is what tells a split brain in operation from one at a cold start
 * @param nodes by id
 * @param ring where the last primary was in {@code maxEpoch}, oldest first, in rising time and position; empty after a
 *     newer epoch was seen, until a primary of it answers; frozen while there is no primary
 * @param closed whether the stack is closed
 * @param past what is remembered of the greatest epoch besides, and of the last that was given up
 */
public record Snapshot(
        long version,
        Optional<KnownEpoch> known,
        Optional<String> identity,
        OptionalLong maxEpoch,
        Optional<String> incumbent,
        SortedMap<String, NodeView> nodes,
        List<Sample> ring,
        boolean closed,
        Past past) {

    public Snapshot {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        ring = List.copyOf(ring);
    }

    /** As {@link #initial(Optional, Optional, boolean)}, of a store that goes on at an older epoch once the greatest is abandoned. */
    public static Snapshot initial(Optional<String> pinnedIdentity, Optional<KnownEpoch> known) {
        return initial(pinnedIdentity, known, true);
    }

    /**
     * The snapshot before any news: no nodes, and no history but the epoch that is known from before.
     *
     * @param adopts whether a primary below the greatest epoch becomes the primary once no node has that any more
     */
    public static Snapshot initial(Optional<String> pinnedIdentity, Optional<KnownEpoch> known, boolean adopts) {
        return new Snapshot(
                0,
                known,
                pinnedIdentity,
                knownOf(known, pinnedIdentity),
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                false,
                Past.none(adopts).of(historyOf(known, pinnedIdentity)));
    }

    /** The greatest epoch seen, with the cluster that it is of. */
    public Optional<KnownEpoch> knownEpoch() {
        return maxEpoch.isPresent()
                ? identity.map(cluster -> new KnownEpoch(cluster, maxEpoch.getAsLong(), past.history()))
                : Optional.empty();
    }

    static OptionalLong knownOf(Optional<KnownEpoch> known, Optional<String> identity) {
        return known.filter(k -> Optional.of(k.identity()).equals(identity)).stream()
                .mapToLong(KnownEpoch::epoch)
                .findFirst();
    }

    static Optional<String> historyOf(Optional<KnownEpoch> known, Optional<String> identity) {
        return known.filter(k -> Optional.of(k.identity()).equals(identity)).flatMap(KnownEpoch::history);
    }

    /** The node that takes writes, suspect or not. */
    public Optional<NodeView> primary() {
        // A loop and no stream: asked at every tick of the watch.
        for (NodeView node : nodes.values()) {
            if (node.status() == Status.PRIMARY) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /**
     * The primary that may be written to now: its gate is open, and it has history. At a cold start a claimant has none
     * until every node was heard of once, since one that has not answered yet may turn out to have the newer epoch.
     */
    public Optional<NodeView> writable() {
        return primary().filter(node -> node.open() && incumbent.isPresent());
    }

    /** Why the primary refuses writes, though it answers; empty without a primary, or if it does not. */
    public Optional<Refused> writesRefused() {
        return primary().flatMap(node -> node.refuses(Refused.Use.WRITES));
    }

    /** The nodes of a store without a primary that serve, suspect or not. */
    public Stream<NodeView> peers() {
        return nodes.values().stream().filter(node -> node.status() == Status.PEER);
    }

    /** Whether some node may be written to, as far as its status tells: the primary, or any peer. */
    public boolean open() {
        // A loop, too.
        boolean peer = false;
        for (NodeView node : nodes.values()) {
            if (node.status() == Status.PRIMARY) {
                return node.open();
            }
            peer |= node.status() == Status.PEER && node.open();
        }
        return peer;
    }

    /** What callers can do now. */
    public Availability availability() {
        return Availability.of(this);
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
                        : other.status().usable() && ofGreatest(other))
                .map(NodeView::node)
                .collect(Collectors.joining(", "));
        if (contested) {
            return Optional.of("contested by " + (others.isEmpty() ? "a node that is gone" : others)
                    + Epochs.equally(node.epoch()));
        }
        return Optional.of(past.refusal(node, maxEpoch)
                + (others.isEmpty() ? "" : " of " + others)
                + (others.isEmpty() && primary().isEmpty() ? ", which " + waitsFor(node) : ""));
    }

    /** What keeps the greatest epoch from being given up for this node, for people. */
    private String waitsFor(NodeView claimant) {
        Optional<String> obstacle = Abandonment.obstacle(nodes.values(), maxEpoch, past, claimant);
        return past.adopts()
                ? "is given up once every node follows " + claimant.node()
                        + obstacle.map(why -> ": " + why).orElse("")
                : "is never given up by itself"
                        + (obstacle.isPresent() ? "" : ", though no node has it any more")
                        + ": writes.abandoned-epoch is refuse";
    }

    /**
     * Whether an epoch is the greatest, with nothing that tells the two apart. One that shows no history is not taken for it if
     * another of its number was given up.
     */
    public boolean hasEpoch(OptionalLong epoch, Optional<String> history) {
        boolean ambiguous = history.isEmpty() && gaveUp(epoch);
        return epoch.equals(maxEpoch) && !ambiguous && !Epochs.differ(history, past.history());
    }

    /** Whether an epoch is over: below the greatest, another of its number, or given up. */
    public boolean hadEpoch(OptionalLong epoch, Optional<String> history) {
        return Epochs.below(epoch, maxEpoch)
                || (epoch.isEmpty() && maxEpoch.isPresent())
                || (epoch.equals(maxEpoch) && !hasEpoch(epoch, history))
                || gaveUp(epoch);
    }

    private boolean gaveUp(OptionalLong epoch) {
        return past.abandoned()
                .filter(old -> epoch.equals(OptionalLong.of(old.epoch())))
                .isPresent();
    }

    /** Whether this node's last answer showed the greatest epoch. */
    boolean ofGreatest(NodeView node) {
        return Epochs.same(node.epoch(), node.origin().history(), maxEpoch, past.history());
    }

    /** Whether this node is fenced, and not for another epoch than the greatest. */
    boolean contests(NodeView node) {
        return node.status() == Status.FENCED && !past.refuses(node, maxEpoch);
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
