package dev.hastack.elasticsearch;

import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go, as of one snapshot. Immutable; the hot path reads one volatile reference to it.
 *
 * @param channels of all configured nodes, by id
 * @param eligible the nodes that may be asked
 * @param best the channels of the best group of these; empty while no node is usable
 * @param hung nodes that do not answer, and that the cluster may not know to be gone
 */
record ElasticsearchRoutes(
        Snapshot snapshot,
        Map<String, NodeChannel> channels,
        Eligible eligible,
        List<NodeChannel> best,
        Set<String> hung) {
    /** A probe that has had no answer for so long is a sign that its node hangs. */
    private static final long SILENT = 100_000_000L;
    /** An URL must not be longer than 4 KB. */
    private static final int MOST_PREFERRED = 100;

    ElasticsearchRoutes {
        best = List.copyOf(best);
        hung = Set.copyOf(hung);
    }

    static ElasticsearchRoutes of(Eligible eligible, Map<String, NodeChannel> channels) {
        Snapshot snapshot = eligible.snapshot();
        return new ElasticsearchRoutes(
                snapshot,
                channels,
                eligible,
                channels(eligible.nodes(), channels),
                snapshot.nodes().values().stream()
                        .filter(node -> node.status() == Status.DOWN
                                && node.failure()
                                        .filter(f -> f.kind() == Kind.HUNG)
                                        .isPresent())
                        .map(NodeView::node)
                        .collect(Collectors.toSet()));
    }

    private static List<NodeChannel> channels(List<String> nodes, Map<String, NodeChannel> channels) {
        return nodes.stream()
                .flatMap(node -> Optional.ofNullable(channels.get(node)).stream())
                .toList();
    }

    int generation(NodeChannel channel) {
        return snapshot.node(channel.node()).map(NodeView::generation).orElse(0);
    }

    int usable() {
        return (int) snapshot.nodes().values().stream().filter(NodeView::open).count();
    }

    /**
     * The node for a request: of two at random, the one with fewer under way. Null if no usable one has room; a breaker only turns
     * to another node, and leaves the request to the node where there is none.
     */
    @Nullable
    NodeChannel next() {
        NodeChannel channel = choose(best);
        return channel != null && channel.hasRoom() && channel.breaker().permits()
                ? channel
                : choose(others(channel == null ? Set.of() : Set.of(channel.node())));
    }

    /**
     * Another one than these; null if there is none.
     *
     * @param now as {@link System#nanoTime()}, to pass over those that owe their probe an answer
     */
    @Nullable
    NodeChannel besides(Set<String> tried, long now) {
        List<NodeChannel> others = others(tried).stream()
                .filter(channel -> !tried.contains(channel.node()))
                .toList();
        List<NodeChannel> awake = others.stream()
                .filter(channel -> channel.clock().owed(now) < SILENT)
                .toList();
        return choose(awake.isEmpty() ? others : awake);
    }

    /** Those with room: others than these, or these if there is no other. */
    private List<NodeChannel> others(Set<String> tried) {
        return channels(
                eligible.nodes(
                        node -> is(node, NodeChannel::hasRoom),
                        tried::contains,
                        node -> is(node, channel -> !channel.breaker().open())),
                channels);
    }

    private boolean is(String node, Predicate<NodeChannel> so) {
        NodeChannel channel = channels.get(node);
        return channel != null && so.test(channel);
    }

    private static @Nullable NodeChannel choose(List<NodeChannel> channels) {
        int n = channels.size();
        if (n < 2) {
            return n == 0 ? null : channels.get(0);
        }
        return channels.get(Selection.choose(
                n, i -> channels.get(i).underWay(), ThreadLocalRandom.current().nextInt()));
    }

    /** Whether some node is known, or seems, to hang. */
    boolean silence(long now) {
        if (!hung.isEmpty()) {
            return true;
        }
        for (NodeChannel channel : channels.values()) {
            if (channel.clock().owed(now) >= SILENT) {
                return true;
            }
        }
        return false;
    }

    /** Whether some node is known, or seems, to hang, and another does not: where all are silent, there is too much to do. */
    boolean hang(long now) {
        return silence(now) && best.stream().anyMatch(channel -> channel.clock().owed(now) < SILENT);
    }

    /**
     * Has a search keep to copies of the shards that can answer: {@code _prefer_nodes:…}. The cluster itself goes on to ask
     * a copy on a node that hangs until it finds out, which takes it tens of seconds. Empty if there is nothing to avoid.
     *
     * @param now as {@link System#nanoTime()}
     */
    Optional<String> preference(long now) {
        if (!silence(now)) {
            return Optional.empty();
        }
        Set<String> avoided = new TreeSet<>();
        Set<String> members = new TreeSet<>();
        for (NodeChannel channel : channels.values()) {
            NodeInfo info = channel.info();
            if (info == null) {
                continue;
            }
            if (info.id().isEmpty()) {
                // It cannot be named; what it knows of the others counts.
                members.addAll(info.members());
            } else if (hung.contains(channel.node()) || channel.clock().owed(now) >= SILENT) {
                avoided.add(info.id());
            } else {
                members.addAll(info.members());
            }
        }
        if (avoided.isEmpty()) {
            return Optional.empty();
        }
        members.removeAll(avoided);
        return prefer(members);
    }

    private static Optional<String> prefer(Collection<String> nodes) {
        return nodes.isEmpty() || nodes.size() > MOST_PREFERRED
                ? Optional.empty()
                : Optional.of("_prefer_nodes:" + String.join(",", nodes));
    }

    /** As {@link #preference}, where nothing is known but that another attempt takes long: the copies of this node. */
    Optional<String> preference(NodeChannel channel, long now) {
        return preference(now).or(() -> {
            NodeInfo info = channel.info();
            return info == null || info.id().isEmpty() ? Optional.empty() : prefer(List.of(info.id()));
        });
    }

    /** Whether every node denies, so that waiting is in vain. */
    boolean hopeless() {
        return !snapshot.nodes().isEmpty()
                && snapshot.nodes().values().stream()
                        .allMatch(node -> node.status() == Status.DOWN
                                && node.failure()
                                        .filter(f -> f.kind() == Kind.DENIED)
                                        .isPresent());
    }

    /** Whether every node was heard of, well or ill. */
    boolean complete() {
        return !snapshot.nodes().isEmpty() && snapshot.nodes().values().stream().allMatch(NodeView::heard);
    }

    /** Whether a request that waits would find something else than before. */
    boolean leadsElsewhere(ElasticsearchRoutes before) {
        return !best.equals(before.best)
                || hopeless() != before.hopeless()
                || snapshot.closed() != before.snapshot.closed()
                || complete() != before.complete();
    }
}
