package dev.hastack.redis;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which of the nodes of a Redis Cluster that have answered may speak for all of it, and what state it is in by their words. Who says that all
 * is well is not cut off from the others; of one that may not say, its view of the others tells. Used by one thread.
 */
final class ClusterSpeakers {
    private final List<ClusterNode> well = new ArrayList<>();
    private final List<ClusterNode> ill = new ArrayList<>();
    private final List<ClusterNode> mute = new ArrayList<>();

    /** @param ok whether it says that the cluster is well; empty if it does not say */
    void add(ClusterNode node, Optional<Boolean> ok) {
        ok.map(said -> said ? well : ill).orElse(mute).add(node);
    }

    boolean none() {
        return well.isEmpty() && ill.isEmpty() && mute.isEmpty();
    }

    /** Whom to ask who they all are, until one tells. */
    List<ClusterNode> inOrder() {
        return Stream.of(well.stream(), ill.stream().limit(well.isEmpty() ? 1 : 0), mute.stream())
                .flatMap(each -> each)
                .toList();
    }

    /** Whether this view is good enough to ask nobody else. */
    boolean believe(List<RedisClusterNode> view) {
        return said() || whole(view);
    }

    /** {@code ok} or {@code fail}. */
    String state(List<RedisClusterNode> view) {
        boolean ok = said() ? !well.isEmpty() : whole(view);
        return ok ? "ok" : "fail";
    }

    private boolean said() {
        return !well.isEmpty() || !ill.isEmpty();
    }

    /** As a node judges by itself (clusterUpdateState): each slot has a primary that has not failed, and it sees most primaries. */
    static boolean whole(List<RedisClusterNode> view) {
        List<RedisClusterNode> primaries =
                view.stream().filter(node -> !node.getSlots().isEmpty()).toList();
        int served = primaries.stream()
                .filter(node -> !node.is(NodeFlag.FAIL))
                .mapToInt(node -> node.getSlots().size())
                .sum();
        long seen = primaries.stream()
                .filter(node -> !node.is(NodeFlag.FAIL) && !node.is(NodeFlag.EVENTUAL_FAIL))
                .count();
        return served == SlotHash.SLOT_COUNT && seen > primaries.size() / 2;
    }
}
