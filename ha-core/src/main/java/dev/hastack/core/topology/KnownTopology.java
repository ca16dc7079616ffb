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

/** A topology as the steps of {@link Topology} make it, each from the one before. */
record KnownTopology(
        long version,
        Optional<KnownEpoch> known,
        Optional<String> identity,
        OptionalLong maxEpoch,
        Optional<String> incumbent,
        SortedMap<String, NodeView> nodes,
        List<Sample> ring,
        boolean closed,
        Past past)
        implements Snapshot {

    KnownTopology {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        ring = List.copyOf(ring);
    }

    static Snapshot initial(Optional<String> pinnedIdentity, Optional<KnownEpoch> known, boolean adopts) {
        return new KnownTopology(
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

    @Override
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

    @Override
    public Optional<NodeView> primary() {
        // A loop and no stream: asked at every tick of the watch.
        for (NodeView node : nodes.values()) {
            if (node.status() == Status.PRIMARY) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<NodeView> writable() {
        return primary().filter(node -> node.open() && incumbent.isPresent());
    }

    @Override
    public Optional<Refused> writesRefused() {
        return primary().flatMap(node -> node.refuses(Refused.Use.WRITES));
    }

    @Override
    public Stream<NodeView> peers() {
        return nodes.values().stream().filter(node -> node.status() == Status.PEER);
    }

    @Override
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

    @Override
    public Availability availability() {
        return Availability.of(this);
    }

    @Override
    public boolean contested() {
        return nodes.values().stream().anyMatch(this::contests);
    }

    @Override
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

    @Override
    public boolean hasEpoch(OptionalLong epoch, Optional<String> history) {
        boolean ambiguous = history.isEmpty() && gaveUp(epoch);
        return epoch.equals(maxEpoch) && !ambiguous && !Epochs.differ(history, past.history());
    }

    @Override
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

    @Override
    public String describe(Instant now) {
        return new Description(this, now).line();
    }

    @Override
    public Optional<NodeView> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }
}
