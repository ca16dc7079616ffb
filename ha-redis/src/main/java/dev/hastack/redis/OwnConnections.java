package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Toll;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
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

    /** Enough to connect to a primary that is well: who has no patience left would never get a connection otherwise. */
    private static final Duration MOMENT = Duration.ofMillis(100);

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
     * @throws RedisNoPrimaryException if there is none in time, or it cannot be connected to
     */
    <K, V> StatefulRedisConnection<K, V> open(RedisCodec<K, V> codec) {
        return open(codec, config.writes().maxWait(), config.connectTimeout());
    }

    /** @param patience how long a primary, and a connection to it, is waited for; the latter a moment at least */
    <K, V> StatefulRedisConnection<K, V> open(RedisCodec<K, V> codec, Duration patience) {
        return open(codec, patience, MOMENT);
    }

    /** @param connect how long a connection is waited for, though the patience is over; never longer than connect-timeout */
    private <K, V> StatefulRedisConnection<K, V> open(RedisCodec<K, V> codec, Duration patience, Duration connect) {
        if (!config.writable()) {
            throw new RedisNotWritableException(
                    "a connection to the primary is refused: this stack may not write to Redis (ha.redis.writable=false)");
        }
        long until = System.nanoTime() + patience.toNanos();
        RedisConnectionException last = null;
        do {
            NodeChannel primary = awaitPrimary(until, patience, last);
            try {
                long left = Math.max(until - System.nanoTime(), connect.toNanos());
                return connect(
                        primary, codec, Math.min(left, config.connectTimeout().toNanos()));
            } catch (RedisConnectionException e) {
                last = e;
                RedisErrors.kind(e).ifPresent(kind -> channels.router().report(primary, kind, e));
                pause();
            }
        } while (System.nanoTime() - until < 0);
        throw noPrimary(patience, last);
    }

    /** Between two attempts to connect to a node that refuses them. */
    static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /** Where it is counted what faults cost callers. */
    Toll toll() {
        return monitor.toll();
    }

    private NodeChannel awaitPrimary(long until, Duration patience, @Nullable Throwable last) {
        if (channels.routes().primary() == null) {
            toll().held();
        }
        try {
            Optional<NodeChannel> primary = monitor.await(
                            () -> Optional.of(channels.routes())
                                    .filter(routes -> routes.primary() != null || routes.hopeless()),
                            Duration.ofNanos(Math.max(0, until - System.nanoTime())))
                    .map(RedisRoutes::primary);
            refuseWhenClosed();
            return primary.orElseThrow(() -> noPrimary(patience, last));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
    }

    /** Nothing is sent any more, though a connection may still be open. */
    void refuseWhenClosed() {
        if (closed()) {
            throw new RedisClosedException();
        }
    }

    /** As the routes have it, which know it before the monitor says so, and have no primary from then on. */
    private boolean closed() {
        return channels.routes().snapshot().closed();
    }

    /** Whether it leads to the present primary; what lies idle may lead to the last one for a moment. */
    boolean leads(StatefulConnection<?, ?> connection) {
        NodeChannel primary = channels.routes().primary();
        return primary != null && new Owner(primary.node(), primary.generation()).equals(open.get(connection));
    }

    private RedisNoPrimaryException noPrimary(Duration patience, @Nullable Throwable last) {
        RedisNoPrimaryException error = new RedisNoPrimaryException(
                "redis: "
                        + (last == null ? "" : last.getMessage() + "; ")
                        + (channels.routes().hopeless()
                                ? Waits.denied(
                                        RedisErrors.CREDENTIALS,
                                        monitor.snapshot(),
                                        monitor.time().now())
                                : Waits.write(
                                        patience,
                                        monitor.snapshot(),
                                        monitor.time().now()))
                        + channels.besides(),
                Outcome.NOT_SENT,
                RedisFailures.reason(channels.routes()),
                monitor.snapshot());
        if (last != null) {
            error.addSuppressed(last);
        }
        return error;
    }

    private <K, V> StatefulRedisConnection<K, V> connect(NodeChannel primary, RedisCodec<K, V> codec, long nanos) {
        CompletableFuture<StatefulRedisConnection<K, V>> connecting =
                clients.connectOwn(primary.node(), codec).toCompletableFuture();
        StatefulRedisConnection<K, V> made;
        try {
            made = connecting.get(nanos, TimeUnit.NANOSECONDS);
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
     * Waits until the present primary is in touch with as many replicas as a write has to reach, and no Sentinel is about to
     * replace it; not for a primary.
     *
     * @param left of the patience
     * @throws RedisNoReplicaException if it is not in time
     * @throws RedisClosedException if the stack is closed meanwhile
     */
    void awaitReplicas(Durability durability, Duration left, Duration patience) {
        if (!reaches(durability)) {
            toll().held();
        }
        try {
            boolean opened = channels.gate().await(() -> closed() || reaches(durability), this::askPrimary, left);
            refuseWhenClosed();
            if (opened) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        }
        throw new RedisNoReplicaException(
                "not written: "
                        + missing(channels.routes().primary(), durability)
                        + ", and that did not change within " + TimeUnit.MILLISECONDS.convert(patience)
                        + " ms (ha.redis.writes.wait); "
                        + monitor.snapshot().describe(monitor.time().now()),
                Reason.NO_NODE,
                monitor.snapshot());
    }

    private String missing(@Nullable NodeChannel primary, Durability durability) {
        if (primary == null) {
            return "there is no primary";
        }
        return channels.router().pauses(primary)
                ? "Sentinel is about to replace " + primary.node()
                : primary.node() + " is in touch with "
                        + channels.gate().ready(primary.node()) + " of " + wanted(primary, durability)
                        + " replicas that the write has to reach";
    }

    /** WAITAOF came with Redis 7.2: what is written before an older server refuses that is written, and nobody knows how safely. */
    void refuseOnDiskBefore72(Durability durability) {
        NodeChannel primary = channels.routes().primary();
        if (durability.fsynced() && primary != null) {
            channels.version(primary.node()).filter(NodeInfo::before72).ifPresent(version -> {
                throw new RedisCommandExecutionException("not written: " + primary.node() + " is Redis " + version
                        + ", and Durability.onDisk() needs WAITAOF of Redis 7.2");
            });
        }
    }

    /** Whether a write can become durable as far as is known, or there is no telling. */
    boolean reaches(Durability durability) {
        NodeChannel primary = channels.routes().primary();
        if (primary == null) {
            return true;
        }
        // What it acknowledges from its successor's promotion on is lost.
        return !channels.router().pauses(primary)
                && channels.gate().ready(primary.node()) >= wanted(primary, durability);
    }

    private int wanted(NodeChannel primary, Durability durability) {
        return durability.every()
                ? Math.max(
                        durability.replicas(),
                        followers(
                                new Owner(primary.node(), primary.generation()),
                                channels.gate().inTouch(primary.node())))
                : durability.replicas();
    }

    private void askPrimary() {
        NodeChannel primary = channels.routes().primary();
        if (primary != null) {
            monitor.hint(primary.node());
            channels.router().seekSuccessor();
        }
    }

    /** Where this connection leads to, for people. */
    String node(StatefulConnection<?, ?> connection) {
        String id = nodeId(connection);
        return id == null ? "the primary" : id;
    }

    /** The node that this connection leads to; null once it is closed. */
    @Nullable
    String nodeId(StatefulConnection<?, ?> connection) {
        Owner owner = open.get(connection);
        return owner == null ? null : owner.node();
    }

    /** The primary of this connection may be in touch with fewer than was known. */
    void doubt(StatefulConnection<?, ?> connection) {
        Owner owner = open.get(connection);
        if (owner != null) {
            monitor.hint(owner.node());
        }
    }

    /** The primary of this connection has answered by an error that says something about itself. */
    void report(StatefulConnection<?, ?> connection, Kind kind, Throwable error) {
        Owner owner = open.get(connection);
        if (owner != null) {
            monitor.report(owner.node(), owner.generation(), kind, error);
        }
    }

    /** A write on this connection was not acknowledged in time; the next ones wait until the replicas have caught up. */
    void missed(StatefulConnection<?, ?> connection, InTouch now) {
        Owner owner = open.get(connection);
        if (owner != null) {
            channels.gate().missed(owner.node(), now);
            monitor.hint(owner.node());
        }
    }

    /**
     * How many replicas the primary of this connection has to count on. One that it names no more, though the topology has
     * it as a replica, may have been promoted: it counts until its probe has said what it is.
     *
     * @param now whom the primary names
     */
    int followers(StatefulConnection<?, ?> connection, InTouch now) {
        Owner owner = open.get(connection);
        if (owner == null) {
            return now.count();
        }
        return followers(owner, channels.gate().heard(owner.node(), now));
    }

    private int followers(Owner owner, int now) {
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

    /** Closes it unless that has been done: Lettuce would log a warning. */
    static void close(StatefulConnection<?, ?> connection) {
        if (!(connection instanceof RedisChannelHandler<?, ?> known && known.isClosed())) {
            CompletableFuture<Void> unused = connection.closeAsync();
        }
    }

    /** Cuts it, without closing it. */
    static void disconnect(Object connection) {
        if (connection instanceof RedisChannelHandler<?, ?> handler
                && handler.getChannelWriter() instanceof DefaultEndpoint endpoint) {
            endpoint.disconnect();
        }
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
        // Their client closes them, and would log a warning for each that is being closed already.
        channels.unfollow(this);
        open.clear();
    }
}
