package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.ReadFallback;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.StackConfig;
import io.lettuce.core.RedisURI;
import io.lettuce.core.models.role.RedisNodeDescription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The nodes of a Redis Cluster by address, and which of them serve reads, in which order. Thread-safe. */
final class ClusterNodes {
    private static final int STRANGER = 3;

    private final RedisConfig config;
    private final StackConfig stack;
    private final Runnable hint;
    private final Map<Address, ClusterNode> nodes = new ConcurrentHashMap<>();
    private final ClusterNode nowhere;

    ClusterNodes(RedisConfig config, StackConfig stack, Runnable hint) {
        this.config = config;
        this.stack = stack;
        this.hint = hint;
        this.nowhere = new ClusterNode("the cluster", new Address("cluster", 1), STRANGER, hint);
    }

    /** Where an attempt is before it was given to a node. */
    ClusterNode nowhere() {
        return nowhere;
    }

    /** Of the configured name, or of its address as one. */
    ClusterNode at(Address address) {
        return nodes.computeIfAbsent(address, this::create);
    }

    ClusterNode at(RedisURI uri) {
        return at(new Address(uri.getHost(), uri.getPort()));
    }

    private ClusterNode create(Address address) {
        Optional<Map.Entry<String, RedisConfig.Node>> named = config.nodes().entrySet().stream()
                .filter(node -> node.getValue().address().equals(address))
                .findFirst();
        return new ClusterNode(
                named.map(Map.Entry::getKey).orElse(address.toString()),
                address,
                named.map(node -> rank(node.getValue())).orElse(STRANGER),
                hint);
    }

    /** As for all stores: the own stack counts more than the own zone. */
    private int rank(RedisConfig.Node node) {
        boolean own = stack.stack().isPresent() && stack.stack().equals(node.stack());
        boolean near = stack.zone().isPresent() && stack.zone().equals(node.zone());
        return (own ? 0 : 2) + (near ? 0 : 1);
    }

    /**
     * Those that are down, and have let nobody in for a while.
     *
     * @param now as {@link System#nanoTime()}
     */
    Set<ClusterNode> letNobodyIn(long now) {
        return nodes.values().stream().filter(node -> node.letsNobodyIn(now)).collect(Collectors.toUnmodifiableSet());
    }

    /** Those that serve reads of one slot, the first to be asked first. */
    <N extends RedisNodeDescription> List<N> readers(List<N> all) {
        List<N> replicas = ordered(
                all.stream().filter(node -> !node.getRole().isUpstream()).toList());
        List<N> primaries =
                all.stream().filter(node -> node.getRole().isUpstream()).toList();
        boolean fallback = config.reads().fallback() == ReadFallback.PRIMARY;
        List<N> order = switch (config.reads().prefer()) {
            case REPLICA -> join(replicas, fallback ? primaries : List.of());
            case PRIMARY -> join(primaries, fallback ? replicas : List.of());
            case ANY -> ordered(all);
        };
        List<N> well = order.stream().filter(node -> at(node.getUri()).well()).toList();
        // Lettuce waits for connections to all that are named before it uses any: those that do not answer stay out.
        List<N> rest = order.stream()
                .filter(node -> !at(node.getUri()).well() && at(node.getUri()).answers())
                .toList();
        return well.isEmpty() && rest.isEmpty() ? order : join(well, rest);
    }

    /** Nodes that are alike in random order, which spreads the slots over them. */
    private <N extends RedisNodeDescription> List<N> ordered(List<N> all) {
        List<N> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled);
        shuffled.sort(Comparator.comparingInt(node -> at(node.getUri()).rank()));
        return shuffled;
    }

    private static <N> List<N> join(List<N> first, List<N> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
