package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one caller each, to the primary. They end with the generation of their node: whoever waits for an answer is
 * freed, and nothing more is acknowledged by a node that is no primary any more. Thread-safe.
 */
final class OwnConnections implements RedisChannels.Follower {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final RedisConfig config;
    private final NodeClients clients;
    private final RedisChannels channels;
    private final Monitor monitor;
    private final Map<StatefulConnection<?, ?>, Owner> open = new ConcurrentHashMap<>();

    /** The most replicas that each primary has named. */
    private final Map<Owner, Integer> named = new ConcurrentHashMap<>();

    private record Owner(String node, int generation) {}

    OwnConnections(RedisConfig config, NodeClients clients, RedisChannels channels, Monitor monitor) {
        this.config = config;
        this.clients = clients;
        this.channels = channels;
        this.monitor = monitor;
        channels.follow(this);
    }

    /**
     * A new one to the present primary, which is waited for.
     *
     * @throws NoPrimaryException if there is none in time, or it cannot be connected to
     */
    <K, V> StatefulRedisConnection<K, V> open(RedisCodec<K, V> codec) {
        if (!config.writable()) {
            throw new NotWritableException(
                    "a connection to the primary is refused: this stack may not write to Redis (ha.redis.writable=false)");
        }
        long until = System.nanoTime() + config.writes().maxWait().toNanos();
        RedisConnectionException last = null;
        do {
            NodeChannel primary = awaitPrimary(until, last);
            try {
                return connect(primary, codec);
            } catch (RedisConnectionException e) {
                last = e;
                RedisErrors.kind(e).ifPresent(kind -> channels.router().report(primary, kind, e));
                pause();
            }
        } while (System.nanoTime() - until < 0);
        throw noPrimary(last);
    }

    /** Between two attempts to connect to a node that refuses them. */
    static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    private NodeChannel awaitPrimary(long until, @Nullable Throwable last) {
        try {
            Optional<NodeChannel> primary = monitor.await(
                    () -> Optional.ofNullable(channels.routes().primary()),
                    Duration.ofNanos(Math.max(0, until - System.nanoTime())));
            if (monitor.snapshot().closed()) {
                throw new StackClosedException("redis: the stack has been closed");
            }
            return primary.orElseThrow(() -> noPrimary(last));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
    }

    private NoPrimaryException noPrimary(@Nullable Throwable last) {
        NoPrimaryException error = new NoPrimaryException("redis: "
                + Waits.write(
                        config.writes().maxWait(),
                        monitor.snapshot(),
                        monitor.time().now()));
        if (last != null) {
            error.addSuppressed(last);
        }
        return error;
    }

    private <K, V> StatefulRedisConnection<K, V> connect(NodeChannel primary, RedisCodec<K, V> codec) {
        CompletableFuture<StatefulRedisConnection<K, V>> connecting =
                clients.connectOwn(primary.node(), codec).toCompletableFuture();
        StatefulRedisConnection<K, V> made;
        try {
            made = connecting.get(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new RedisConnectionException(
                    "cannot connect to " + primary.node() + ": " + RedisErrors.text(e), RedisErrors.bare(e));
        } catch (TimeoutException e) {
            abandon(connecting);
            throw new RedisConnectionException("cannot connect to " + primary.node() + " in time", e);
        } catch (InterruptedException e) {
            abandon(connecting);
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
        open.put(made, new Owner(primary.node(), primary.generation()));
        if (primary.retired()) {
            close(made);
        }
        open.keySet().removeIf(connection -> !connection.isOpen());
        return made;
    }

    /**
     * How many replicas the primary of this connection has to count on. One that it names no more, though the topology has
     * it as a replica, may have been promoted: it counts until its probe has said what it is.
     *
     * @param now how many the primary names
     */
    int followers(StatefulConnection<?, ?> connection, int now) {
        Owner owner = open.get(connection);
        if (owner == null) {
            return now;
        }
        int most = named.merge(owner, now, Math::max);
        RedisRoutes routes = channels.routes();
        List<String> replicas = routes.snapshot().nodes().values().stream()
                .filter(node -> node.status() == Status.REPLICA)
                .map(NodeView::node)
                .filter(node -> !routes.unlinked().contains(node))
                .toList();
        int known = Math.min(most, replicas.size());
        if (now < known) {
            replicas.forEach(monitor::hint);
        }
        return Math.max(now, known);
    }

    private static <K, V> void abandon(CompletableFuture<StatefulRedisConnection<K, V>> connecting) {
        CompletableFuture<Void> unused = connecting.thenAccept(OwnConnections::close);
    }

    static void close(StatefulConnection<?, ?> connection) {
        CompletableFuture<Void> unused = connection.closeAsync();
    }

    @Override
    public void published(RedisRoutes routes) {}

    @Override
    public void retired(String node, int generation) {
        Owner owner = new Owner(node, generation);
        named.remove(owner);
        open.forEach((connection, of) -> {
            if (of.equals(owner)) {
                open.remove(connection);
                close(connection);
            }
        });
    }

    void close() {
        channels.unfollow(this);
        open.keySet().forEach(OwnConnections::close);
        open.clear();
    }
}
