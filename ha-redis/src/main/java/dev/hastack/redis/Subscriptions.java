package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Waits;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Connections for Pub/Sub. Each is Lettuce's own, which reconnects and subscribes again by itself; what it reconnects to is
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
        clients.subscribeTo(() -> Optional.ofNullable(target).map(NodeChannel::node));
        channels.follow(this);
    }

    /**
     * A new one, which is connected; a node is waited for.
     *
     * @throws NoReplicaException if there is no node in time
     */
    <K, V> StatefulRedisPubSubConnection<K, V> open(RedisCodec<K, V> codec) {
        long until = System.nanoTime() + config.reads().maxWait().toNanos();
        Throwable last = null;
        do {
            try {
                Optional<NodeChannel> node = monitor.await(
                        () -> Optional.ofNullable(target), Duration.ofNanos(Math.max(0, until - System.nanoTime())));
                if (monitor.snapshot().closed()) {
                    throw new StackClosedException("redis: the stack has been closed");
                }
                if (node.isPresent()) {
                    StatefulRedisPubSubConnection<K, V> made = clients.connectPubSub(codec);
                    open.add(made);
                    open.removeIf(connection -> !connection.isOpen() && connection != made);
                    return made;
                }
            } catch (RedisConnectionException e) {
                last = RedisErrors.bare(e);
                OwnConnections.pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RedisCommandInterruptedException(e);
            }
        } while (System.nanoTime() - until < 0);
        NoReplicaException error = new NoReplicaException("redis: "
                + Waits.read(
                        policy,
                        config.reads().maxWait(),
                        monitor.snapshot(),
                        monitor.time().now()));
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
            open.forEach(Subscriptions::disconnect);
        }
    }

    /** It reconnects by itself; a listener of ours would do that on the thread that closes it. */
    private static void disconnect(StatefulRedisPubSubConnection<?, ?> connection) {
        if (connection instanceof RedisChannelHandler<?, ?> handler
                && handler.getChannelWriter() instanceof DefaultEndpoint endpoint) {
            endpoint.disconnect();
        }
    }

    @Override
    public void retired(String node, int generation) {}

    void close() {
        channels.unfollow(this);
        open.forEach(OwnConnections::close);
    }
}
