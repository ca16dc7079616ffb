package dev.hastack.redis;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.lettuce.core.resource.ClientResources;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * A client whose connections go, each time that they connect, to the node that subscribers belong to then. It makes them
 * again itself when they end: Lettuce would try, and log that it cannot, all the time that there is nobody to connect to.
 * Thread-safe.
 */
final class SubscriberClient extends RedisClient {
    private static final int FIRST_MILLIS = 2;
    private static final int MOST_DOUBLINGS = 7;

    private final NodeClients clients;
    private final KeyPrefix prefix;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private volatile Supplier<Optional<String>> node = Optional::empty;

    SubscriberClient(ClientResources resources, NodeClients clients, KeyPrefix prefix) {
        super(resources, new RedisURI());
        this.clients = clients;
        this.prefix = prefix;
    }

    <K, V> StatefulRedisPubSubConnection<K, V> subscriber(RedisCodec<K, V> codec) {
        return connectPubSub(prefix.any() ? new ChannelCodec<>(prefix, codec) : codec, uri());
    }

    @Override
    protected <K, V> StatefulRedisPubSubConnectionImpl<K, V> newStatefulRedisPubSubConnection(
            PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
        RedisChannelWriter allowed = clients.writable() ? writer : new ReadOnlyWriter(writer);
        return codec instanceof ChannelCodec<K, V> channels
                ? new PrefixedSubscriber<>(endpoint, allowed, channels, timeout, prefix)
                : new OwnSubscriber<>(endpoint, allowed, codec, timeout);
    }

    void to(Supplier<Optional<String>> next) {
        node = next;
    }

    /** Of the node now. */
    RedisURI uri() {
        return clients.uri(
                node.get().orElseThrow(() -> new RedisConnectionException("there is no node to subscribe at")));
    }

    /** There may be a node now, for those that wait for one. */
    void connectWaiting() {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            later(next, 0);
        }
    }

    @Override
    protected Mono<SocketAddress> getSocketAddress(RedisURI first) {
        return Mono.defer(() -> super.getSocketAddress(uri()));
    }

    @Override
    protected <K, V, T extends RedisChannelHandler<K, V>> ConnectionFuture<T> initializeChannelAsync(
            ConnectionBuilder builder) {
        Reconnection reconnection = new Reconnection(builder);
        builder.connection().addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                reconnection.disconnected();
            }
        });
        ConnectionFuture<T> first = super.initializeChannelAsync(builder);
        var unused = first.whenComplete((made, error) -> {
            if (error == null) {
                reconnection.connected();
            }
        });
        return first;
    }

    private ConnectionFuture<?> connect(ConnectionBuilder builder) {
        return super.initializeChannelAsync(builder);
    }

    /** Not on the thread that closes the connection, and not all at the same moment. */
    private void later(Runnable task, int failures) {
        long most = (long) FIRST_MILLIS << Math.min(failures, MOST_DOUBLINGS);
        if (!getResources().eventExecutorGroup().isShuttingDown()) {
            var unused = getResources()
                    .eventExecutorGroup()
                    .schedule(task, ThreadLocalRandom.current().nextLong(most), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Makes one subscriber's connection again, once it has been made: one attempt at a time. A server that refuses an attempt ends its
     * connection, too, which is no second reason for another. What was refused at first is its caller's to try again.
     */
    private final class Reconnection {
        private final ConnectionBuilder builder;
        private final AtomicBoolean trying = new AtomicBoolean(true);

        private Reconnection(ConnectionBuilder builder) {
            this.builder = builder;
        }

        private void connected() {
            trying.set(false);
            if (!builder.connection().isOpen()) {
                // It ended before that.
                disconnected();
            }
        }

        private void disconnected() {
            if (trying.compareAndSet(false, true)) {
                later(() -> again(1), 0);
            }
        }

        private void again(int failures) {
            if (builder.connection().isClosed()
                    || getResources().eventExecutorGroup().isShuttingDown()) {
                return;
            }
            if (node.get().isEmpty()) {
                waiting.add(() -> again(failures));
                if (node.get().isPresent()) {
                    // It came meanwhile, and whoever told of it saw nobody waiting.
                    connectWaiting();
                }
                return;
            }
            var unused = connect(builder).whenComplete((made, error) -> {
                if (error != null) {
                    later(() -> again(failures + 1), failures);
                } else if (builder.connection().isClosed()) {
                    OwnConnections.disconnect(builder.connection());
                } else {
                    connected();
                }
            });
        }
    }
}
