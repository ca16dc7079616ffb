package dev.hastack.core.select;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which nodes a stack's reads use. Remembers which replicas were late: for one thread at a time. */
public final class ReadRouting {
    private final ReadPolicy policy;
    private final Duration maxLag;
    private Set<String> late = Set.of();

    /**
     * Where a configured node is.
     *
     * @param stack whose services read from it first; empty: none in particular
     * @param zone whose services read from it first, of the nodes that are alike in stack; empty: none in particular
     */
    public record Place(Optional<String> stack, Optional<String> zone) {}

    /**
     * For a reader of this stack and zone.
     *
     * @param policy but for the nodes that are the reader's own or near, which the places tell
     * @param maxLag of the policy
     */
    public ReadRouting(
            ReadPolicy policy,
            Duration maxLag,
            Map<String, Place> places,
            Optional<String> stack,
            Optional<String> zone) {
        this.policy = placed(policy.withMaxLag(maxLag), places, stack, zone);
        this.maxLag = maxLag;
    }

    /** The policy for a reader of this stack and zone. */
    public static ReadPolicy placed(
            ReadPolicy policy, Map<String, Place> places, Optional<String> stack, Optional<String> zone) {
        return policy.withOwn(own(places, stack))
                .withNear(nodes(places, node -> zone.isPresent() && node.zone().equals(zone)));
    }

    /** The nodes of the stack; where no node is of it, those of none. Other stacks' nodes serve only after them. */
    private static Set<String> own(Map<String, Place> places, Optional<String> stack) {
        Set<String> own = nodes(places, node -> node.stack().equals(stack));
        return stack.isPresent() && own.isEmpty()
                ? nodes(places, node -> node.stack().isEmpty())
                : own;
    }

    private static Set<String> nodes(Map<String, Place> places, Predicate<Place> fit) {
        return places.entrySet().stream()
                .filter(node -> fit.test(node.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    public Eligible eligible(Snapshot snapshot, Instant now) {
        Eligible eligible = Selection.eligible(snapshot, policy, late, now);
        late = eligible.late();
        return eligible;
    }

    public ReadPolicy policy() {
        return policy;
    }

    /** Which replicas were shown to be too old for reads, and which are so no longer. */
    public List<Change> lateness(Eligible before, Eligible next, Instant now) {
        List<Change> changes = new ArrayList<>();
        for (NodeView node : next.snapshot().nodes().values()) {
            boolean isLate = next.late().contains(node.node());
            boolean wasLate = before.late().contains(node.node());
            if (isLate && !wasLate) {
                Duration lag = Staleness.proven(next.snapshot(), node, now).orElse(maxLag);
                changes.add(new Change.ReplicaLate(node.node(), lag, maxLag));
            } else if (!isLate && wasLate && node.status() == Status.REPLICA) {
                changes.add(new Change.ReplicaCaughtUp(node.node()));
            }
        }
        return changes;
    }
}
