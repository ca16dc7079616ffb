package dev.hastack.redis;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.Status;
import java.util.List;

/**
 * A Redis Cluster as of the last probes. Immutable.
 *
 * @param state what the cluster says of itself: {@code ok} or {@code fail}; or {@code unknown}, if no node has answered
 * @param slots how many slots have a primary that stands
 * @param nodes by address
 * @param shares how many slots each node has, in the order of {@code nodes}
 */
record ClusterView(String state, int slots, List<NodeHealth> nodes, List<Integer> shares) {
    static final ClusterView NONE = new ClusterView("unknown", 0, List.of(), List.of());

    private static final int SLOTS = 16_384;

    ClusterView {
        nodes = List.copyOf(nodes);
        shares = List.copyOf(shares);
    }

    boolean ok() {
        return state.equals("ok");
    }

    /** Whether every node was heard of once, well or ill. */
    boolean complete() {
        return !nodes.isEmpty() && nodes.stream().noneMatch(node -> node.role() == Status.UNKNOWN);
    }

    /** Of a cluster that does not say ok nothing can be had. */
    Health health() {
        if (!ok()) {
            return Health.DOWN;
        }
        boolean all = slots == SLOTS && nodes.stream().allMatch(node -> node.health() == Health.UP);
        return all ? Health.UP : Health.DEGRADED;
    }

    StoreHealth store() {
        return new StoreHealth("redis", health(), describe(), nodes);
    }

    /** {@code cluster ok, 16384 of 16384 slots served: a PRIMARY epoch 3 with 5461 slots, b REPLICA epoch 3}. */
    String describe() {
        StringBuilder text = new StringBuilder("cluster ")
                .append(state)
                .append(", ")
                .append(slots)
                .append(" of ")
                .append(SLOTS)
                .append(" slots served");
        for (int i = 0; i < nodes.size(); i++) {
            NodeHealth node = nodes.get(i);
            text.append(i == 0 ? ": " : ", ").append(node.node()).append(' ').append(node.role());
            node.epoch().ifPresent(epoch -> text.append(" epoch ").append(epoch));
            if (node.role() == Status.PRIMARY || shares.get(i) > 0) {
                text.append(" with ").append(shares.get(i)).append(" slots");
            }
            node.reason().ifPresent(reason -> text.append(" (").append(reason).append(')'));
        }
        return text.toString();
    }
}
