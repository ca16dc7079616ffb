package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How old the data of a node can be, from the ring of the primary's positions: if the primary was at position {@code p}
 * when a probe was sent at {@code t}, then everything written before {@code t} is at or below {@code p}, and a replica
 * that has replayed {@code p} has all of it. One clock, no skew; an idle primary needs no heartbeat; the bound grows by
 * itself when probes stop. It is never too small, and too large by up to one probe interval.
 *
 * <p>Positions compare only within one history, and the ring is always of the greatest epoch. A replica that says it is
 * of that epoch compares. One that shows an older epoch, or none, may only be slow to say so: PostgreSQL tells a plain
 * user a standby's timeline only as of its last restartpoint, minutes after it began to follow the new primary. Its
 * position does not settle it either. A replica that has stopped where the histories part is below everything that the
 * new primary says of itself, and so gets no bound. But one that still follows the old primary moves on, past those
 * positions, with other data at them. So such a replica compares only while the primary itself says that at least as
 * many replicas stream from it as there are replicas here, which leaves none to follow anybody else. (Streaming servers
 * that are not configured here may make up that number while a configured one is astray; configure them, or let the
 * adapter see the timeline that its replica receives.) In a cascade the count falls short, and the replica has no bound
 * until its next restartpoint.
 */
public final class Staleness {
    private Staleness() {}

    /**
     * The greatest age that the data of this node can have, zero for the primary; empty if nothing is known, as for a
     * node that is no replica, or whose position is not comparable, or below all that is remembered.
     *
     * @param now on the clock of the inputs
     */
    public static Optional<Duration> bound(Snapshot snapshot, NodeView node, Instant now) {
        if (node.status() == Status.PRIMARY) {
            return Optional.of(Duration.ZERO);
        }
        return freshAt(snapshot, node).map(at -> at.isAfter(now) ? Duration.ZERO : Duration.between(at, now));
    }

    /** The time before which everything written is on this replica; empty as {@link #bound} is. */
    public static Optional<Instant> freshAt(Snapshot snapshot, NodeView node) {
        if (!comparable(snapshot, node)) {
            return Optional.empty();
        }
        List<Sample> ring = snapshot.ring();
        int above = above(ring, node.position());
        return above == 0 ? Optional.empty() : Optional.of(ring.get(above - 1).at());
    }

    /**
     * The lag that positions bear out: for how long, when this replica was asked last, it had lacked something that the
     * primary had written. Never too large, and too small by up to two intervals of probes; zero where it lacked nothing
     * that is known of. What {@link #bound} says beyond that tells only how long nobody was heard of. Empty for a node
     * whose position does not compare.
     *
     * @param reference what the replica is measured against; what it may have caught up with since does not count
     */
    public static Optional<Duration> proven(Snapshot snapshot, NodeView node, Instant reference) {
        if (!comparable(snapshot, node)) {
            return Optional.empty();
        }
        List<Sample> ring = snapshot.ring();
        int above = above(ring, node.position());
        if (above == ring.size() || node.answeredAt().isEmpty()) {
            return Optional.of(Duration.ZERO);
        }
        Instant asked = node.answeredAt().get();
        Instant until = asked.isBefore(reference) ? asked : reference;
        Instant lacking = ring.get(above).reached();
        return Optional.of(until.isAfter(lacking) ? Duration.between(lacking, until) : Duration.ZERO);
    }

    /** The index of the first sample beyond this position; the ring's size if there is none. */
    private static int above(List<Sample> ring, long position) {
        int low = 0;
        int high = ring.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ring.get(middle).position() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Whether this replica's position is one in the history of the last primary. */
    public static boolean comparable(Snapshot snapshot, NodeView node) {
        if (node.status() != Status.REPLICA || !node.identity().equals(snapshot.identity())) {
            return false;
        }
        if (node.epoch().equals(snapshot.maxEpoch())) {
            return !Epochs.differ(node.origin().history(), snapshot.past().history());
        }
        long replicas = snapshot.nodes().values().stream()
                .filter(n -> n.status() == Status.REPLICA)
                .count();
        return lastPrimary(snapshot)
                .filter(primary -> primary.epoch().equals(snapshot.maxEpoch()))
                .filter(primary -> primary.followers() >= replicas)
                .isPresent();
    }

    private static Optional<NodeView> lastPrimary(Snapshot snapshot) {
        return snapshot.primary().or(() -> snapshot.incumbent().flatMap(snapshot::node));
    }
}
