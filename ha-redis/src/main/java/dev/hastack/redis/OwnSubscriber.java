package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Lettuce's connection of a subscriber, which may be closed twice, as {@link OwnConnection}: by its stack, and by its caller. */
class OwnSubscriber<K, V> extends StatefulRedisPubSubConnectionImpl<K, V>
        implements StatefulRedisPubSubConnection<K, V> {
    OwnSubscriber(PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
        super(endpoint, writer, codec, timeout);
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        return isClosed() ? CompletableFuture.completedFuture(null) : super.closeAsync();
    }
}
