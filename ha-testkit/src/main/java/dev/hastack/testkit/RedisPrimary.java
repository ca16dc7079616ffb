package dev.hastack.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A node that says of itself that it is a primary, and what else it said. */
record RedisPrimary(RedisNode node, Map<String, String> info) {

    /**
     * Of several primaries one that has kept its data and from which no other has taken over; of several such, the one
     * that most Sentinels name, or else the one with the most replicas, or else the first.
     */
    static Optional<RedisNode> newest(List<RedisNode> nodes, List<RedisSentinel> sentinels) {
        List<RedisPrimary> primaries = nodes.stream()
                .map(node -> new RedisPrimary(node, node.info()))
                .filter(primary -> primary.says("role").equals("master"))
                .toList();
        if (primaries.size() < 2) {
            return primaries.stream().map(RedisPrimary::node).findFirst();
        }
        // A promoted replica begins a history of its own, and keeps the name of the one that it branched off from.
        Set<String> left =
                primaries.stream().map(primary -> primary.says("master_replid2")).collect(Collectors.toSet());
        return primaries.stream()
                .max(Comparator.<RedisPrimary, Boolean>comparing(primary -> !primary.node.hasLostData())
                        .thenComparing(primary -> !left.contains(primary.says("master_replid")))
                        .thenComparing(primary -> sentinels.stream()
                                .filter(sentinel -> sentinel.names(primary.node))
                                .count())
                        .thenComparing(primary -> Integer.valueOf(primary.says("connected_slaves")))
                        .thenComparing(primaries::indexOf, Comparator.reverseOrder()))
                .map(RedisPrimary::node);
    }

    /** Waits until {@code newest} is there and is another than {@code former}. */
    static RedisNode awaitOtherThan(
            RedisNode former, Supplier<Optional<RedisNode>> newest, Duration limit, Supplier<String> logs) {
        var promoted = new ArrayList<RedisNode>();
        Await.until(
                () -> "the promotion of another node than " + former.id(),
                limit,
                () -> {
                    newest.get().filter(node -> node != former).ifPresent(promoted::add);
                    return !promoted.isEmpty();
                },
                logs);
        return promoted.get(0);
    }

    private String says(String what) {
        return info.getOrDefault(what, "");
    }
}
