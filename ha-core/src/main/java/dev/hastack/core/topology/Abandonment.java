package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether the greatest epoch known is one that nobody has any more: those who run the servers gave it up, and went back to a
 * primary below it. A history that no node has can lose nothing more by writing. It takes a word of every node, sent after
 * the epoch was last shown: exactly one claims to be primary, and each other is its replica, or a replica's.
 *
 * <p>That a replica shows no newer epoch proves that only where it shows the epoch of what it receives. PostgreSQL tells a
 * plain user a standby's timeline minutes late. But no server sends to one whose history is newer than its own, for longer than it
 * takes to refuse that, and a replica receives by one stream at a time. So where each replica's stream lasted from before
 * to after a moment at which the primary had as many followers as there are replicas, all of these follow it. (A stranger that
 * follows it may make up that number. What it takes besides is a replica that receives from a server which is not configured and has the
 * newer epoch.) In a cascade only what replicas receive tells.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-26.
 */
final class Abandonment {
    /** A stream that is refused ends within two round trips of the servers. */
    static final Duration LASTING = Duration.ofMillis(200);

    private Abandonment() {}

    /**
     * Why the greatest epoch is not abandoned in favour of this claimant, for people; empty if it is.
     *
     * @param claimant as its last answer showed it
     */
    static Optional<String> obstacle(Collection<NodeView> nodes, OptionalLong greatest, Past past, NodeView claimant) {
        if (past.toCome()) {
            return Optional.of("its primary was appointed and has yet to answer");
        }
        if (!answeredSince(past, claimant)) {
            return Optional.of(claimant.node() + " has not answered since it was last shown");
        }
        int replicas = 0;
        boolean exact = true;
        for (NodeView node : nodes) {
            if (!node.node().equals(claimant.node())) {
                Optional<String> obstacle = obstacle(node, greatest, past, claimant);
                if (obstacle.isPresent()) {
                    return obstacle;
                }
                replicas++;
                exact &= node.origin().exact() && node.epoch().equals(claimant.epoch());
            }
        }
        return exact || claimant.followers() >= replicas
                ? Optional.empty()
                : Optional.of("as far as is seen, not all replicas receive from it");
    }

    private static Optional<String> obstacle(NodeView node, OptionalLong greatest, Past past, NodeView claimant) {
        @Nullable String why = null;
        if (node.status() != Status.REPLICA || !node.identity().equals(claimant.identity())) {
            why = " is " + node.status();
        } else if (!node.open() || !answeredSince(past, node)) {
            why = " has not answered since it was last shown";
        } else if (Epochs.same(node.epoch(), node.origin().history(), greatest, past.history())
                || Epochs.below(claimant.epoch(), node.epoch())) {
            why = " shows " + Epochs.words(node.epoch());
        } else if (!receives(node, claimant)) {
            why = " does not show that it receives";
        } else if (node.position() > claimant.position() && !node.origin().exact()) {
            why = " is ahead of " + claimant.node();
        }
        return Optional.ofNullable(why).map(is -> node.node() + is);
    }

    private static boolean answeredSince(Past past, NodeView node) {
        return node.answeredAt()
                .filter(asked -> past.sighted().filter(at -> !asked.isAfter(at)).isEmpty())
                .isPresent();
    }

    /** By one stream that lasts, from before the claimant was asked to after it has answered. */
    private static boolean receives(NodeView node, NodeView claimant) {
        Instant claimed = claimant.answeredAt().orElse(Instant.MIN);
        Instant asked = node.answeredAt().orElse(Instant.MIN);
        return node.streamsSince()
                .filter(since -> !since.plus(LASTING).isAfter(asked))
                .filter(since -> node.origin().exact()
                        || (!since.isAfter(claimed)
                                && !claimed.plus(claimant.rtt()).isAfter(asked)))
                .isPresent();
    }
}
