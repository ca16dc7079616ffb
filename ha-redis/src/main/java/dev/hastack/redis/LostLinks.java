package dev.hastack.redis;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which replicas are up and out of touch with their primary for so long that whoever runs them has to know. Each failover
 * leaves some that are so for a moment, which is no news. Used by one thread at a time.
 */
final class LostLinks {
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Since when each has been so, while there was a primary to be in touch with. */
    private final Map<String, Instant> since = new HashMap<>();

    private final Set<String> reported = new HashSet<>();

    /**
     * Returns what became different since the last call.
     *
     * @param unlinked the nodes that say they are out of touch
     * @param now on the clock of the snapshot
     */
    List<Change> next(Snapshot snapshot, Set<String> unlinked, Instant now) {
        Optional<NodeView> primary = snapshot.primary().filter(NodeView::open);
        if (primary.isEmpty()) {
            // Out of touch they are all then, and the next primary's time has not begun.
            since.clear();
            return List.of();
        }
        List<Change> changes = new ArrayList<>();
        for (NodeView node : snapshot.nodes().values()) {
            String id = node.node();
            if (node.status() != Status.REPLICA) {
                // What it is now is reported by itself.
                since.remove(id);
                reported.remove(id);
            } else if (!unlinked.contains(id)) {
                since.remove(id);
                if (reported.remove(id)) {
                    changes.add(new Change.ReplicaLinked(id));
                }
            } else {
                Instant from = since.computeIfAbsent(id, any -> now);
                if (Duration.between(from, now).compareTo(PATIENCE) >= 0 && reported.add(id)) {
                    changes.add(new Change.ReplicaUnlinked(id, primary.get().node()));
                }
            }
        }
        return changes;
    }
}
