package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Toll;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Snapshot;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one caller each, to the primary. They end with the generation of their node: whoever waits for an answer is
 * freed, and nothing more is acknowledged by a node that is no primary any more. Thread-safe. Longer than most, since how one is made, whose it is
 * and when it ends is one matter.
 */
final class OwnConnections implements RedisChannels.Follower {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final RedisConfig config;
    private final NodeClients clients;
    private final RedisChannels channels;
    private final Monitor monitor;
    private final Map<StatefulConnection<?, ?>, Owner> open = new ConcurrentHashMap<>();

    /** Those that callers wait for. */
    private final Set<Connecting> connecting = ConcurrentHashMap.newKeySet();

    /** Whose a connection is. */
    record Owner(String node, int generation) {
        static Owner of(NodeChannel channel) {
            return new Owner(channel.node(), channel.generation());
        }
    }

    /** A connection that is being made; equal to itself alone. */
    private static final class Connecting {
        private final Owner owner;
        private final CompletableFuture<?> awaited;

        Connecting(Owner owner, CompletableFuture<?> awaited) {
            this.owner = owner;
            this.awaited = awaited;
        }

        void leave() {
            awaited.completeExceptionally(
                    new RedisConnectionException(owner.node() + " was left while it was being connected to"));
        }
    }

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
        return open(codec, Deadline.in(config.writes().maxWait()), config.connectTimeout(), OwnConnections::close);
    }

    /**
     * The same.
     *
     * @param deadline of the wait for a primary; a connection to one is waited for as long as an answer of it would be, though this is over
     * @param late gets the connection if it is made when nobody waits for it any more
     */
    <K, V> StatefulRedisConnection<K, V> open(
            RedisCodec<K, V> codec, Deadline deadline, Consumer<StatefulRedisConnection<K, V>> late) {
        return open(codec, deadline, config.commandTimeout(), late);
    }

    /** @param connect how long a connection is waited for at least; never longer than connect-timeout */
    private <K, V> StatefulRedisConnection<K, V> open(
            RedisCodec<K, V> codec, Deadline deadline, Duration connect, Consumer<StatefulRedisConnection<K, V>> late) {
        if (!config.writable()) {
            throw new RedisNotWritableException(
                    "a connection to the primary is refused: this stack may not write to Redis (ha.redis.writable=false)");
        }
        RedisConnectionException last = null;
        do {
            NodeChannel primary = awaitPrimary(deadline, last);
            long patience = Math.max(deadline.left().toNanos(), connect.toNanos());
            try {
                return connect(
                        primary,
                        codec,
                        Math.min(patience, config.connectTimeout().toNanos()),
                        late);
            } catch (RedisConnectionException e) {
                last = e;
                if (!primary.retired()) {
                    RedisErrors.kind(e).ifPresent(kind -> channels.router().report(primary, kind, e));
                    pause();
                }
            }
        } while (!deadline.over());
        throw noPrimary(deadline, last);
    }

    /** Between two attempts to connect to a node that refuses them. */
    static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /** Where it is counted what faults cost callers. */
    Toll toll() {
        return monitor.toll();
    }

    private NodeChannel awaitPrimary(Deadline deadline, @Nullable Throwable last) {
        if (channels.routes().primary() == null) {
            toll().held();
        }
        try {
            Optional<NodeChannel> primary = monitor.await(
                            () -> Optional.of(channels.routes())
                                    .filter(routes -> routes.primary() != null || routes.hopeless()),
                            deadline.left())
                    .map(RedisRoutes::primary);
            refuseWhenClosed();
            return primary.orElseThrow(() -> noPrimary(deadline, last));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisInterruptedException("a primary", e);
        }
    }

    /** Nothing is sent any more, though a connection may still be open. */
    void refuseWhenClosed() {
        if (closed()) {
            throw new RedisClosedException();
        }
    }

    /** As the routes have it, which know it before the monitor says so, and have no primary from then on. */
    boolean closed() {
        return channels.routes().snapshot().closed();
    }

    /** Whether it leads to the present primary; what lies idle may lead to the last one for a moment. */
    boolean leads(StatefulConnection<?, ?> connection) {
        NodeChannel primary = channels.routes().primary();
        return primary != null && Owner.of(primary).equals(open.get(connection));
    }

    private RedisNoPrimaryException noPrimary(Deadline deadline, @Nullable Throwable last) {
        RedisRoutes routes = channels.routes();
        RedisNoPrimaryException error = new RedisNoPrimaryException(
                "redis: " + (last == null ? "" : last.getMessage()) + why(routes, deadline, last) + channels.besides(),
                Outcome.NOT_SENT,
                RedisFailures.reason(routes),
                monitor.snapshot());
        if (last != null) {
            error.addSuppressed(last);
        }
        return error;
    }

    /** That there is no primary, if that is the reason. */
    private String why(RedisRoutes routes, Deadline deadline, @Nullable Throwable last) {
        Snapshot seen = monitor.snapshot();
        Instant now = monitor.time().now();
        if (routes.hopeless()) {
            return (last == null ? "" : "; ") + Waits.denied(RedisErrors.CREDENTIALS, seen, now);
        }
        return last != null && routes.primary() != null
                ? ", though there is a primary; " + seen.describe(now)
                : (last == null ? "" : "; ") + Waits.write(deadline.patience(), seen, now);
    }

    private <K, V> StatefulRedisConnection<K, V> connect(
            NodeChannel primary, RedisCodec<K, V> codec, long nanos, Consumer<StatefulRedisConnection<K, V>> late) {
        CompletableFuture<StatefulRedisConnection<K, V>> awaited = connecting(primary, codec, late);
        StatefulRedisConnection<K, V> made;
        try {
            made = within(nanos, awaited);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof TimeoutException
                    ? new RedisConnectionException(
                            "cannot connect to " + primary.node() + " within " + TimeUnit.NANOSECONDS.toMillis(nanos)
                                    + " ms",
                            e.getCause())
                    : new RedisConnectionException(
                            "cannot connect to " + primary.node() + ": " + RedisErrors.text(e), RedisErrors.bare(e));
        } catch (InterruptedException e) {
            if (!awaited.completeExceptionally(e)) {
                CompletableFuture<Void> unused = awaited.thenAccept(late);
            }
            Thread.currentThread().interrupt();
            throw new RedisInterruptedException("a connection to " + primary.node(), e);
        }
        open.keySet().removeIf(connection -> !connection.isOpen());
        return made;
    }

    /** Ends by itself when its node is left: a primary that hangs says nothing, and another may be there. */
    private <K, V> CompletableFuture<StatefulRedisConnection<K, V>> connecting(
            NodeChannel primary, RedisCodec<K, V> codec, Consumer<StatefulRedisConnection<K, V>> late) {
        Owner owner = Owner.of(primary);
        CompletableFuture<StatefulRedisConnection<K, V>> awaited = new CompletableFuture<>();
        Connecting pending = new Connecting(owner, awaited);
        connecting.add(pending);
        CompletionStage<StatefulRedisConnection<K, V>> unused = clients.connectOwn(primary.node(), codec)
                .whenComplete((made, error) -> {
                    connecting.remove(pending);
                    if (error != null) {
                        awaited.completeExceptionally(error);
                        return;
                    }
                    open.put(made, owner);
                    if (primary.retired()) {
                        close(made);
                    }
                    if (!awaited.complete(made)) {
                        late.accept(made);
                    }
                });
        if (primary.retired()) {
            pending.leave();
        }
        return awaited;
    }

    /** What comes at the last moment counts; what comes later does so for others. */
    private static <T> T within(long nanos, CompletableFuture<T> awaited)
            throws ExecutionException, InterruptedException {
        try {
            return awaited.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            boolean unused = awaited.completeExceptionally(e);
            return awaited.get();
        }
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

    /** Where this connection leads to, for people. */
    String node(StatefulConnection<?, ?> connection) {
        String id = nodeId(connection);
        return id == null ? "the primary" : id;
    }

    /** The node that this connection leads to; null once it is closed. */
    @Nullable
    String nodeId(StatefulConnection<?, ?> connection) {
        Owner owner = owner(connection);
        return owner == null ? null : owner.node();
    }

    /** Whose this connection is; null once it is closed. */
    @Nullable
    Owner owner(StatefulConnection<?, ?> connection) {
        return open.get(connection);
    }

    /** The primary of this connection has answered by an error that says something about itself. */
    void report(StatefulConnection<?, ?> connection, Kind kind, Throwable error) {
        Owner owner = open.get(connection);
        if (owner != null) {
            monitor.report(owner.node(), owner.generation(), kind, error);
        }
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
        connecting.stream().filter(one -> one.owner.equals(owner)).forEach(Connecting::leave);
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
