package dev.hastack.redis;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
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
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * A client whose connections go, each time that they connect, to the node that subscribers belong to then. It makes them
 * again itself when they end: Lettuce would try, and log that it cannot, all the time that there is nobody to connect to.
 * Thread-safe.
 */
final class SubscriberClient extends RedisClient {
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
            Reconnection.later(getResources().eventExecutorGroup(), next, 0);
        }
    }

    @Override
    protected Mono<SocketAddress> getSocketAddress(RedisURI first) {
        return Mono.defer(() -> super.getSocketAddress(uri()));
    }

    @Override
    protected <K, V, T extends RedisChannelHandler<K, V>> ConnectionFuture<T> initializeChannelAsync(
            ConnectionBuilder builder) {
        return new Reconnection(builder, getResources().eventExecutorGroup()) {
            @Override
            ConnectionFuture<?> connect() {
                return SubscriberClient.super.initializeChannelAsync(builder);
            }

            @Override
            boolean postponed(Runnable attempt) {
                if (node.get().isPresent()) {
                    return false;
                }
                waiting.add(attempt);
                if (node.get().isPresent()) {
                    // It came meanwhile, and what told that saw nobody waiting.
                    connectWaiting();
                }
                return true;
            }
        }.from(super.<K, V, T>initializeChannelAsync(builder));
    }
}
