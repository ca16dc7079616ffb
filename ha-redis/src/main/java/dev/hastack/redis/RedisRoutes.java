package dev.hastack.redis;

import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where commands go, as of one snapshot. Immutable; the hot path reads one volatile reference to it.
 *
 * @param channels of the usable nodes, by id
 * @param primary the channel of the primary, or null while its gate is closed
 * @param diversion the primary's channel, where reads go there only for want of a replica
 * @param eligible the nodes that reads may use
 * @param readers the channels of the best group of these; empty while the gate for reads is closed
 * @param readersUntil until when these hold, as {@link System#nanoTime()}; empty: for ever
 * @param unlinked replicas that are out of touch with the primary, and get no reads
 * @param hopeless whether every node denies, so that waiting is in vain
 */
record RedisRoutes(
        Snapshot snapshot,
        Map<String, NodeChannel> channels,
        @Nullable NodeChannel primary,
        @Nullable NodeChannel diversion,
        Eligible eligible,
        List<NodeChannel> readers,
        OptionalLong readersUntil,
        Set<String> unlinked,
        boolean hopeless) {

    RedisRoutes {
        channels = Map.copyOf(channels);
        readers = List.copyOf(readers);
        unlinked = Set.copyOf(unlinked);
    }

    /** Before any news. */
    static RedisRoutes none(Eligible eligible) {
        return new RedisRoutes(
                eligible.snapshot(), Map.of(), null, null, eligible, List.of(), OptionalLong.empty(), Set.of(), false);
    }

    /** The primary's channel, or null while it takes no commands. */
    @Nullable
    NodeChannel writer() {
        NodeChannel channel = primary;
        return channel != null && channel.ready() ? channel : null;
    }

    /** The channel for the next read, or null while there is none: of two at random, the one with fewer under way. */
    @Nullable
    NodeChannel reader() {
        NodeChannel channel = choose(readers);
        return channel != null && channel.ready() && channel.breaker().permits()
                ? channel
                : readerBesides(channel == null ? Set.of() : Set.of(channel.node()));
    }

    /**
     * Whether a replica's data may have become too old since these were made.
     *
     * @param now as {@link System#nanoTime()}
     */
    boolean outdated(long now) {
        return readersUntil.isPresent() && now - readersUntil.getAsLong() >= 0;
    }

    /** Another one than these; if there is none, one of them nevertheless. */
    @Nullable
    NodeChannel readerBesides(Set<String> tried) {
        List<NodeChannel> others =
                eligible
                        .nodes(this::ready, node -> tried.contains(node) || unlinked.contains(node), this::permits)
                        .stream()
                        .flatMap(node -> Optional.ofNullable(channels.get(node)).stream())
                        .toList();
        return choose(others);
    }

    private boolean ready(String node) {
        NodeChannel channel = channels.get(node);
        return channel != null && channel.ready();
    }

    private boolean permits(String node) {
        NodeChannel channel = channels.get(node);
        return channel != null && !channel.breaker().open();
    }

    private static @Nullable NodeChannel choose(List<NodeChannel> channels) {
        int n = channels.size();
        if (n < 2) {
            return n == 0 ? null : channels.get(0);
        }
        return channels.get(Selection.choose(
                n, i -> channels.get(i).underWay(), ThreadLocalRandom.current().nextInt()));
    }

    /** Whether every node was heard of, well or ill. */
    boolean complete() {
        return snapshot.nodes().values().stream().allMatch(NodeView::heard)
                && !snapshot.nodes().isEmpty();
    }

    /** Whether a caller that waits would find something else than before. */
    boolean leadsElsewhere(RedisRoutes before) {
        return primary != before.primary
                || !readers.equals(before.readers)
                || hopeless != before.hopeless
                || snapshot.closed() != before.snapshot.closed()
                || complete() != before.complete();
    }
}
