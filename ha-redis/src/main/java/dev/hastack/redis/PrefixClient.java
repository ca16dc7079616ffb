package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;

/** A client whose connections keep to the key prefix, also where the codec cannot. */
final class PrefixClient extends RedisClient {
    private final KeyPrefix prefix;

    PrefixClient(ClientResources resources, KeyPrefix prefix) {
        super(resources, new RedisURI());
        this.prefix = prefix;
    }

    @Override
    protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(
            RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
        return super.newStatefulRedisConnection(new GuardedWriter(writer, prefix), pushes, codec, timeout);
    }
}
