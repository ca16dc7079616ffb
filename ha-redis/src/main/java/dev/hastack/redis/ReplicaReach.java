package dev.hastack.redis;

import dev.hastack.core.failure.Reason;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Status;
import io.lettuce.core.api.StatefulConnection;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which replicas a durable write has to reach, and whether the primary is in touch with them, as far as is known. Thread-safe. */
final class ReplicaReach implements RedisChannels.Follower {
    /** How a server with {@code min-replicas-to-write} refuses a write. */
    private static final String TOO_FEW = "NOREPLICAS";

    private final RedisChannels channels;
    private final OwnConnections connections;
    private final Monitor monitor;
    private final Map<OwnConnections.Owner, Followers> followers = new ConcurrentHashMap<>();

    ReplicaReach(RedisChannels channels, OwnConnections connections, Monitor monitor) {
        this.channels = channels;
        this.connections = connections;
        this.monitor = monitor;
        channels.follow(this);
    }

    /** Whether a server refuses a write for want of replicas, by this answer or by what its probe found. */
    static boolean isTooFew(String refusal) {
        return RedisErrors.firstWord(refusal).equals(TOO_FEW);
    }

    /**
     * Waits until the present primary is in touch with as many replicas as a write has to reach, itself finds them enough, and no Sentinel
     * is about to replace it; not for a primary.
     *
     * @throws RedisNoReplicaException if it is not in time
     * @throws RedisClosedException if the stack is closed meanwhile
     */
    void await(Durability durability, Deadline deadline) {
        if (!reaches(durability)) {
            connections.toll().held();
        }
        try {
            boolean opened = channels.gate()
                    .await(() -> connections.closed() || reaches(durability), this::askPrimary, deadline.left());
            connections.refuseWhenClosed();
            if (opened) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisInterruptedException("replicas", e);
        }
        throw notInTime(missing(channels.routes().primary(), durability), deadline);
    }

    /** What a write ends with that was not done. */
    RedisNoReplicaException notInTime(String why, Deadline deadline) {
        return new RedisNoReplicaException(
                "not written: " + why + ", and that did not change within " + deadline.millis()
                        + " (ha.redis.writes.wait); "
                        + monitor.snapshot().describe(monitor.time().now()),
                Reason.NO_NODE,
                monitor.snapshot());
    }

    private String missing(@Nullable NodeChannel primary, Durability durability) {
        if (primary == null) {
            return "there is no primary";
        }
        if (channels.router().pauses(primary)) {
            return "Sentinel is about to replace " + primary.node();
        }
        return refused(channels.routes())
                .map(why -> primary.node() + " refuses writes: " + why)
                .orElseGet(() -> primary.node() + " is in touch with "
                        + channels.gate().ready(primary.node()) + " of " + wanted(primary, durability)
                        + " replicas that the write has to reach");
    }

    /** Whether a write can become durable as far as is known, or there is no telling. */
    boolean reaches(Durability durability) {
        RedisRoutes routes = channels.routes();
        NodeChannel primary = routes.primary();
        if (primary == null) {
            return true;
        }
        // What it acknowledges from its successor's promotion on is lost.
        return !channels.router().pauses(primary)
                && refused(routes).isEmpty()
                && channels.gate().ready(primary.node()) >= wanted(primary, durability);
    }

    /** Why the primary takes no write before more replicas are back, by its last probe. */
    private static Optional<String> refused(RedisRoutes routes) {
        return routes.snapshot().writesRefused().map(Refused::why).filter(ReplicaReach::isTooFew);
    }

    private int wanted(NodeChannel primary, Durability durability) {
        return durability.every()
                ? Math.max(
                        durability.replicas(),
                        followers(
                                OwnConnections.Owner.of(primary),
                                channels.gate().replicas(primary.node())))
                : durability.replicas();
    }

    private void askPrimary() {
        NodeChannel primary = channels.routes().primary();
        if (primary != null) {
            monitor.hint(primary.node());
            channels.router().seekSuccessor();
        }
    }

    /**
     * How many replicas the primary of this connection has to count on.
     *
     * @param now whom the primary names
     */
    int followers(StatefulConnection<?, ?> connection, InTouch now) {
        OwnConnections.Owner owner = connections.owner(connection);
        return owner == null ? now.count() : followers(owner, channels.gate().heard(owner.node(), now));
    }

    private int followers(OwnConnections.Owner owner, InTouch now) {
        RedisRoutes routes = channels.routes();
        List<NodeView> replicas = routes.snapshot().nodes().values().stream()
                .filter(node -> node.status() == Status.REPLICA)
                .filter(node -> !routes.unlinked().contains(node.node()))
                .toList();
        Instant asked = replicas.stream()
                .map(node -> node.answeredAt().orElse(Instant.MIN))
                .min(Comparator.naturalOrder())
                .orElse(Instant.MIN);
        int known = heard(owner, now, asked).count(replicas.size());
        if (now.count() < known) {
            replicas.forEach(node -> monitor.hint(node.node()));
        }
        return known;
    }

    private Followers heard(OwnConnections.Owner owner, InTouch now, Instant asked) {
        Instant at = monitor.time().now();
        return followers.compute(
                owner,
                (of, last) -> (last == null ? Followers.NONE : last)
                        .naming(now.names(), at)
                        .withoutThoseThatLeft(asked));
    }

    /** The primary of this connection may be in touch with fewer than was known. */
    void doubt(StatefulConnection<?, ?> connection) {
        OwnConnections.Owner owner = connections.owner(connection);
        if (owner != null) {
            monitor.hint(owner.node());
        }
    }

    /** A write on this connection was not acknowledged in time; the next ones wait until the replicas have caught up. */
    void missed(StatefulConnection<?, ?> connection, InTouch now) {
        OwnConnections.Owner owner = connections.owner(connection);
        if (owner != null) {
            channels.gate().missed(owner.node(), now);
            monitor.hint(owner.node());
        }
    }

    /** By each probe's word, so that one that has left while nobody wrote is not waited for. */
    @Override
    public void published(RedisRoutes routes) {
        NodeChannel primary = routes.primary();
        if (primary != null) {
            Followers unused =
                    heard(OwnConnections.Owner.of(primary), channels.gate().replicas(primary.node()), Instant.MIN);
        }
    }

    @Override
    public void retired(String node, int generation) {
        followers.remove(new OwnConnections.Owner(node, generation));
    }
}
