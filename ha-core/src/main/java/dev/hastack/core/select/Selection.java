package dev.hastack.core.select;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which nodes serve a read. */
public final class Selection {
    private Selection() {}

    /**
     * The nodes that may serve a read: open, of the preferred role, of the own stack first, fresh enough, neither silent nor
     * just back from a fall; where there is none, also those.
     *
     * @param late the replicas that were {@linkplain Eligible#late() late} in the snapshot before: they have to come back to
     *     half of the greatest lag
     * @param now on the clock of the inputs
     */
    public static Eligible eligible(Snapshot snapshot, ReadPolicy policy, Set<String> late, Instant now) {
        List<NodeView> fit = new ArrayList<>();
        List<Instant> ends = new ArrayList<>();
        List<Instant> nearing = new ArrayList<>();
        Freshness freshness = Freshness.of(snapshot, policy, late, now);
        for (NodeView node : snapshot.nodes().values()) {
            if (node.open() && freshness.suffices(node)) {
                fit.add(node);
                freshness.until(node).ifPresent(ends::add);
            }
            freshness.nearing(node).ifPresent(nearing::add);
        }
        List<NodeView> settled = new ArrayList<>();
        for (NodeView node : fit) {
            if (node.silent()) {
                continue;
            }
            if (node.status() != Status.REPLICA || !Readmission.from(node).isAfter(now)) {
                settled.add(node);
            } else {
                ends.add(Readmission.from(node));
            }
        }
        List<List<NodeView>> tiers = new ArrayList<>(tiers(settled, policy));
        tiers.addAll(tiers(fit, policy));
        return new Eligible(
                snapshot,
                policy.window(),
                List.copyOf(tiers),
                those(snapshot, freshness::late),
                those(snapshot, freshness::unheard),
                ends.stream().min(Instant::compareTo),
                nearing.stream().min(Instant::compareTo));
    }

    private static Set<String> those(Snapshot snapshot, Predicate<NodeView> fit) {
        return snapshot.nodes().values().stream()
                .filter(fit)
                .map(NodeView::node)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static List<List<NodeView>> tiers(List<NodeView> nodes, ReadPolicy policy) {
        List<List<NodeView>> tiers = new ArrayList<>();
        switch (policy.prefer()) {
            case PRIMARY -> {
                tiers.add(only(nodes, n -> n.status() == Status.PRIMARY));
                if (policy.fallback()) {
                    ownFirst(tiers, only(nodes, n -> n.status() == Status.REPLICA), policy);
                }
            }
            case REPLICA -> {
                ownFirst(tiers, only(nodes, n -> n.status() == Status.REPLICA), policy);
                if (policy.fallback()) {
                    tiers.add(only(nodes, n -> n.status() == Status.PRIMARY));
                }
            }
            case ANY -> ownFirst(tiers, nodes, policy);
        }
        return tiers;
    }

    private static void ownFirst(List<List<NodeView>> tiers, List<NodeView> nodes, ReadPolicy policy) {
        nearFirst(tiers, only(nodes, n -> policy.own().contains(n.node())), policy);
        nearFirst(tiers, only(nodes, n -> !policy.own().contains(n.node())), policy);
    }

    private static void nearFirst(List<List<NodeView>> tiers, List<NodeView> nodes, ReadPolicy policy) {
        tiers.add(only(nodes, n -> policy.near().contains(n.node())));
        tiers.add(only(nodes, n -> !policy.near().contains(n.node())));
    }

    private static List<NodeView> only(List<NodeView> nodes, Predicate<NodeView> fit) {
        return nodes.stream().filter(fit).toList();
    }

    /**
     * One of {@code n} nodes: of two at random, the one with fewer calls in flight. In-flight counts, not latencies,
     * break the tie, since they react at once; two at random, since all callers would else run to the same node.
     * Allocates nothing.
     *
     * @param n at least 1
     * @param inFlight the number of calls in flight on the node of this index
     * @param random 32 random bits
     * @return an index below {@code n}
     */
    public static int choose(int n, IntUnaryOperator inFlight, int random) {
        if (n < 1) {
            throw new IllegalArgumentException("expected at least one node to choose from, but got " + n);
        }
        if (n == 1) {
            return 0;
        }
        int one = ((random >>> 16) * n) >>> 16;
        int other = ((random & 0xffff) * (n - 1)) >>> 16;
        if (other >= one) {
            other++;
        }
        return inFlight.applyAsInt(other) < inFlight.applyAsInt(one) ? other : one;
    }
}
