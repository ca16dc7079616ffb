package dev.hastack.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** A subscriber of a Redis Cluster, which keeps to the key prefix: before Lettuce's own, which cannot be extended. */
final class ClusterSubscriber<K, V> extends PrefixedSubscriber<K, V> implements StatefulRedisPubSubConnection<K, V> {
    private final StatefulRedisPubSubConnection<K, V> inner;

    /** @param inner whose codec is {@code channels} */
    ClusterSubscriber(
            StatefulRedisPubSubConnection<K, V> inner,
            ChannelCodec<K, V> channels,
            KeyPrefix prefix,
            boolean writable,
            Duration timeout) {
        super(
                new PubSubEndpoint<>(ClientOptions.create(), inner.getResources()),
                writable ? new Through<>(inner) : new ReadOnlyWriter(new Through<>(inner)),
                channels,
                timeout,
                prefix);
        this.inner = inner;
        setOptions(ClientOptions.builder()
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
        activated();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void addListener(RedisPubSubListener<K, V> listener) {
        inner.addListener(ofMine(listener));
    }

    @Override
    public void removeListener(RedisPubSubListener<K, V> listener) {
        inner.removeListener(ofMine(listener));
    }

    @Override
    public void addListener(PushListener listener) {
        inner.addListener(ofMine(listener));
    }

    @Override
    public void removeListener(PushListener listener) {
        inner.removeListener(ofMine(listener));
    }

    /** Writes to another connection. */
    @SuppressWarnings("unchecked") // All commands of one connection are of its own key and value types.
    private record Through<A, B>(StatefulRedisPubSubConnection<A, B> inner) implements RedisChannelWriter {
        @Override
        public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
            RedisCommand<A, B, T> unused = inner.dispatch((RedisCommand<A, B, T>) command);
            return command;
        }

        @Override
        public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
            commands.forEach(this::write);
            return (Collection<RedisCommand<K, V, ?>>) commands;
        }

        @Override
        public void close() {
            inner.close();
        }

        @Override
        public CompletableFuture<Void> closeAsync() {
            return inner.closeAsync();
        }

        /** Of Lettuce 6; there is nothing to reset. */
        @SuppressWarnings({"UnusedMethod", "EffectivelyPrivate"})
        public void reset() {}

        @Override
        public void setConnectionFacade(ConnectionFacade connection) {}

        @Override
        public void setAutoFlushCommands(boolean flush) {
            inner.setAutoFlushCommands(flush);
        }

        @Override
        public void flushCommands() {
            inner.flushCommands();
        }

        @Override
        public ClientResources getClientResources() {
            return inner.getResources();
        }
    }
}
