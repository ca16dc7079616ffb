package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;

/**
 * A client whose connections keep to the key prefix, if there is one, and may be closed twice: by whoever has one, and by the client, which
 * closes at its end also those that are being closed.
 */
final class PrefixClient extends RedisClient {
    private final KeyPrefix prefix;

    PrefixClient(ClientResources resources, KeyPrefix prefix) {
        super(resources, new RedisURI());
        this.prefix = prefix;
    }

    /** Without a prefix. */
    PrefixClient(ClientResources resources) {
        this(resources, new KeyPrefix(""));
    }

    @Override
    protected <K, V> StatefulRedisPubSubConnectionImpl<K, V> newStatefulRedisPubSubConnection(
            PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
        return new OwnSubscriber<>(endpoint, writer, codec, timeout);
    }

    @Override
    protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(
            RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
        return prefix.any()
                ? new PrefixedConnection<>(writer, pushes, codec, timeout, prefix)
                : new OwnConnection<>(writer, pushes, codec, timeout);
    }
}
