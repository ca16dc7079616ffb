package dev.hastack.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Lettuce's own connection over a writer of ours. It passes commands on as they are: Lettuce's own way there is for what
 * the writer refuses, and would keep the state of a refused MULTI, of which a connection has one for all its callers. Names
 * its interface itself: Lettuce's pools make proxies of those that a class names.
 */
final class SharedConnection<K, V> extends StatefulRedisConnectionImpl<K, V> implements StatefulRedisConnection<K, V> {
    private final RedisChannelWriter writer;

    SharedConnection(RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
        super(writer, new NoPushes(), codec, timeout);
        this.writer = writer;
        setOptions(ClientOptions.builder()
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
        activated();
    }

    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        return writer.write(command);
    }

    @Override
    public Collection<RedisCommand<K, V, ?>> dispatch(Collection<? extends RedisCommand<K, V, ?>> commands) {
        return writer.write(commands);
    }

    /** Nothing is pushed to a connection that nobody can subscribe with. */
    private static final class NoPushes implements PushHandler {
        @Override
        public void addListener(PushListener listener) {
            throw new RedisSharedConnectionException("nothing is pushed to a connection that all callers share: use"
                    + " HaRedis.pubSub() or HaRedis.dedicated()");
        }

        @Override
        public void removeListener(PushListener listener) {}

        @Override
        public Collection<PushListener> getPushListeners() {
            return List.of();
        }
    }
}
