package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.NodeView;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Connections for Pub/Sub. Each is Lettuce's own, which subscribes again by itself when it is connected again, to
 * the node that subscribers belong to now: the primary, or while there is none, a replica. When that becomes another, the
 * connections are cut. What is published meanwhile is lost to them, as Pub/Sub has it. Thread-safe.
 */
final class Subscriptions implements RedisChannels.Follower {
    private final RedisConfig config;
    private final ReadPolicy policy;
    private final NodeClients clients;
    private final RedisChannels channels;
    private final Monitor monitor;
    private final Set<StatefulRedisPubSubConnection<?, ?>> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable NodeChannel target;

    Subscriptions(RedisConfig config, ReadPolicy policy, NodeClients clients, RedisChannels channels, Monitor monitor) {
        this.config = config;
        this.policy = policy;
        this.clients = clients;
        this.channels = channels;
        this.monitor = monitor;
        clients.subscribeTo(this::reachable);
        channels.follow(this);
    }

    /**
     * A new one, which is connected; a node is waited for.
     *
     * @throws RedisNoReplicaException if there is no node in time
     */
    <K, V> StatefulRedisPubSubConnection<K, V> open(RedisCodec<K, V> codec) {
        long until = System.nanoTime() + config.reads().maxWait().toNanos();
        Throwable last = null;
        do {
            try {
                Optional<NodeChannel> node = monitor.await(
                                () -> Optional.of(Optional.ofNullable(target))
                                        .filter(known -> known.isPresent()
                                                || channels.routes().hopeless()),
                                Duration.ofNanos(Math.max(0, until - System.nanoTime())))
                        .flatMap(known -> known);
                if (monitor.snapshot().closed()) {
                    throw new RedisClosedException();
                }
                if (node.isPresent()) {
                    StatefulRedisPubSubConnection<K, V> made = clients.connectPubSub(codec);
                    open.add(made);
                    open.removeIf(
                            connection -> connection instanceof RedisChannelHandler<?, ?> known && known.isClosed());
                    return made;
                } else if (channels.routes().hopeless()) {
                    break;
                }
            } catch (RedisConnectionException e) {
                last = RedisErrors.bare(e);
                OwnConnections.pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RedisInterruptedException("a node", e);
            }
        } while (System.nanoTime() - until < 0);
        RedisNoReplicaException error = new RedisNoReplicaException(
                "redis: "
                        + (last == null ? "" : "cannot subscribe: " + RedisErrors.text(last) + "; ")
                        + (channels.routes().hopeless()
                                ? Waits.denied(
                                        RedisErrors.CREDENTIALS,
                                        monitor.snapshot(),
                                        monitor.time().now())
                                : Waits.read(
                                        policy,
                                        config.reads().maxWait(),
                                        monitor.snapshot(),
                                        monitor.time().now()))
                        + channels.besides(),
                RedisFailures.reason(channels.routes()),
                monitor.snapshot());
        if (last != null) {
            error.addSuppressed(last);
        }
        throw error;
    }

    @Override
    public void published(RedisRoutes routes) {
        NodeChannel before = target;
        NodeChannel next = routes.primary() != null
                ? routes.primary()
                : before != null && routes.channels().get(before.node()) == before
                        ? before
                        : routes.readers().stream().findFirst().orElse(null);
        if (next != before) {
            target = next;
            open.forEach(OwnConnections::disconnect);
        }
        if (reachable().isPresent()) {
            clients.connectSubscribers();
        }
    }

    /** The node to connect to, unless its gate is closed: then it would refuse. */
    private Optional<String> reachable() {
        NodeChannel channel = target;
        return Optional.ofNullable(channel)
                .map(NodeChannel::node)
                .filter(node -> channels.routes()
                        .snapshot()
                        .node(node)
                        .filter(NodeView::open)
                        .isPresent());
    }

    @Override
    public void retired(String node, int generation) {}

    void close() {
        // Their client closes them, and would log a warning for each that is being closed already.
        channels.unfollow(this);
    }
}
