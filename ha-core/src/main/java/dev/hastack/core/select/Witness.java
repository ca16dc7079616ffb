package dev.hastack.core.select;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * Whether anybody but the primary itself says that it is the primary. A process that is cut off together with an old
 * primary sees that one and no other, and cannot tell it from a primary whose replicas have all died: it has no witness. Nor
 * has a primary that says that nobody follows it.
 *
 * <p>For the reasons, see docs/decisions.md, PG-30.
 */
public final class Witness {
    private Witness() {}

    /**
     * Until when the primary has a witness, if no newer snapshot comes: another node that answered as a replica in the
     * primary's history, and for how long its word holds. Empty if there is none.
     *
     * @param within how long a replica's word holds, from when its last probe was sent
     */
    public static Optional<Instant> until(Snapshot snapshot, Duration within) {
        // One whom nobody follows any more has lost its replicas to somebody else, whatever epoch they show by now.
        if (snapshot.primary().filter(primary -> primary.followers() > 0).isEmpty()) {
            return Optional.empty();
        }
        return snapshot.nodes().values().stream()
                .filter(node -> Staleness.comparable(snapshot, node))
                .map(NodeView::answeredAt)
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .map(at -> at.plus(within));
    }
}
