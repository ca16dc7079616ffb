package dev.hastack.redis;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.health.TopologyNotes;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A Redis Cluster as of the last probes. Immutable.
 *
 * @param state what the cluster says of itself: {@code ok} or {@code fail}; or {@code unknown}, if no node has answered
 * @param slots how many slots have a primary that stands
 * @param nodes by address
 * @param shares how many slots each node has, in the order of {@code nodes}
 * @param withheld what each node refuses to tell while it serves, in the same order; empty for nothing
 * @param denied whether every node refuses access to this process, so that nothing is to be waited for
 */
record ClusterView(
        String state, int slots, List<NodeHealth> nodes, List<Integer> shares, List<String> withheld, boolean denied) {
    static final ClusterView NONE = new ClusterView("unknown", 0, List.of(), List.of(), List.of(), false);

    private static final int SLOTS = 16_384;
    /** As the reason of a node begins whose breaker is open, whatever its probe says. */
    private static final String BREAKER = NodeHealth.BREAKER_OPEN.substring(0, NodeHealth.BREAKER_OPEN.indexOf(':'));

    ClusterView {
        nodes = List.copyOf(nodes);
        shares = List.copyOf(shares);
        withheld = List.copyOf(withheld);
    }

    boolean ok() {
        return state.equals("ok");
    }

    /** Whether every node was heard of once, well or ill. */
    boolean complete() {
        return !nodes.isEmpty() && nodes.stream().noneMatch(node -> node.role() == Status.UNKNOWN);
    }

    /** Whether any node has told who belongs to it. */
    boolean known() {
        return !state.equals("unknown");
    }

    /** How many nodes are not well. */
    long missing() {
        return nodes.stream().filter(node -> node.health() != Health.UP).count();
    }

    /** As if no breaker were open. */
    ClusterView withoutBreakers() {
        return new ClusterView(
                state, slots, nodes.stream().map(ClusterView::withoutBreaker).toList(), shares, withheld, denied);
    }

    private static NodeHealth withoutBreaker(NodeHealth node) {
        boolean only = node.breakerOpen()
                && node.reason().filter(why -> why.startsWith(BREAKER)).isPresent();
        return only
                ? NodeHealth.of(
                        node.node(),
                        node.address(),
                        Health.UP,
                        node.role(),
                        node.suspect(),
                        node.epoch(),
                        node.lag(),
                        node.generation(),
                        false,
                        node.since(),
                        Optional.empty())
                : node;
    }

    /** Why it is in vain to wait for it, if it is {@link #denied}. */
    String denial() {
        return Waits.denied(
                RedisErrors.CREDENTIALS, nodes.stream().flatMap(node -> node.reason().stream()), describe());
    }

    /** Of a cluster that does not say ok nothing can be had. */
    Health health() {
        if (!ok()) {
            return Health.DOWN;
        }
        if (nodes.stream().anyMatch(ClusterView::refuses)) {
            return Health.DOWN;
        }
        boolean all = slots == SLOTS && nodes.stream().allMatch(node -> node.health() == Health.UP);
        return all ? Health.UP : Health.DEGRADED;
    }

    /** Whether it is a primary that answers, and does nothing of what this service may want of its slots. */
    private static boolean refuses(NodeHealth node) {
        return node.role() == Status.PRIMARY && node.health() == Health.DOWN;
    }

    StoreHealth store() {
        return StoreHealth.of("redis", health(), summary(), notes(), nodes);
    }

    /** Without what becomes another with each look: that is no news, and the nodes' own reasons have it. */
    private static String lasting(String reason) {
        return reason.startsWith(NodeHealth.BREAKER_OPEN) ? NodeHealth.BREAKER_OPEN : reason;
    }

    /** Returns the summary, and what nodes refuse to tell: {@code …; INFO refused: NOPERM (a, b)}. */
    String describe() {
        return withheldBy().entrySet().stream()
                .map(each -> "; " + each.getKey() + " (" + each.getValue() + ")")
                .collect(Collectors.joining("", summary(), ""));
    }

    /** Returns {@code cluster ok, 16384 of 16384 slots served: a PRIMARY epoch 3 with 5461 slots, b REPLICA}. */
    private String summary() {
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
            node.reason()
                    .map(ClusterView::lasting)
                    .ifPresent(reason -> text.append(" (").append(reason).append(')'));
        }
        return text.toString();
    }

    private List<HealthNote> notes() {
        List<HealthNote> notes = new ArrayList<>();
        nodes.stream()
                .filter(ClusterView::refuses)
                .map(node -> HealthNote.of(
                        HealthCode.WRITES_REFUSED,
                        "The primary " + node.node() + " does not serve its slots: "
                                + node.reason().orElse("unknown")))
                .forEach(notes::add);
        withheldBy().forEach((text, from) -> notes.add(TopologyNotes.factsUnknown(from, text)));
        return notes;
    }

    /** Returns which nodes refuse what, by the words of the refusal: mostly the same of all nodes, and said once. */
    private Map<String, String> withheldBy() {
        Map<String, List<String>> byText = new LinkedHashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (!withheld.get(i).isEmpty()) {
                byText.computeIfAbsent(withheld.get(i), any -> new ArrayList<>())
                        .add(nodes.get(i).node());
            }
        }
        Map<String, String> joined = new LinkedHashMap<>();
        byText.forEach((text, from) -> joined.put(text, String.join(", ", from)));
        return joined;
    }
}
