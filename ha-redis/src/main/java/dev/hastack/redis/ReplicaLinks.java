package dev.hastack.redis;

import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What each node has said of its link to the node that it follows. A replica may follow another replica: then its own link may be up, and
 * nothing comes over it since a link above is down. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, RED-39.
 */
final class ReplicaLinks {
    private final Map<String, Link> links = new ConcurrentHashMap<>();

    /** @param follows the node that it follows; empty for a primary, or if that is none of the nodes that are known */
    private record Link(boolean up, Optional<String> follows) {}

    /** A node has said this. */
    void heard(String node, boolean up, Optional<String> follows) {
        links.put(node, new Link(up, follows));
    }

    /** Returns the replicas that nothing of the primary's reaches. */
    Set<String> down(Snapshot snapshot) {
        return snapshot.nodes().values().stream()
                .filter(node -> node.status() == Status.REPLICA)
                .map(node -> node.node())
                .filter(node -> lost(node, snapshot).isPresent())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns the replica whose link keeps what the primary writes from this one: itself, or one above it; empty if there is none.
     */
    Optional<String> lost(String node, Snapshot snapshot) {
        Set<String> passed = new HashSet<>();
        Optional<String> next = Optional.of(node);
        while (next.isPresent() && passed.add(next.get())) {
            Link link = links.get(next.get());
            if (link == null || !isReplica(next.get(), snapshot)) {
                return Optional.empty();
            }
            if (!link.up()) {
                return next;
            }
            next = link.follows();
        }
        return Optional.empty();
    }

    private static boolean isReplica(String node, Snapshot snapshot) {
        return snapshot.node(node)
                .filter(view -> view.status() == Status.REPLICA)
                .isPresent();
    }
}
