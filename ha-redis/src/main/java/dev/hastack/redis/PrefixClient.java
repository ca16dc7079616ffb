package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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
        return super.newStatefulRedisConnection(new PrefixWriter(writer, prefix), pushes, codec, timeout);
    }

    record PrefixWriter(RedisChannelWriter writer, KeyPrefix prefix) implements RedisChannelWriter {
        @Override
        public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
            RedisException refusal = prefix.refusal(command);
            if (refusal != null) {
                command.completeExceptionally(refusal);
                return command;
            }
            RedisCommand<K, V, T> unused = writer.write(prefix.applied(command));
            return command;
        }

        @Override
        @SuppressWarnings("unchecked") // As Lettuce's own writers: what comes in goes out.
        public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
            List<RedisCommand<K, V, ?>> applied = new ArrayList<>(commands.size());
            for (RedisCommand<K, V, ?> command : commands) {
                RedisException refusal = prefix.refusal(command);
                if (refusal != null) {
                    command.completeExceptionally(refusal);
                } else {
                    applied.add(prefix.applied(command));
                }
            }
            Collection<RedisCommand<K, V, ?>> unused = writer.write(applied);
            return (Collection<RedisCommand<K, V, ?>>) commands;
        }

        @Override
        public void close() {
            writer.close();
        }

        @Override
        public CompletableFuture<Void> closeAsync() {
            return writer.closeAsync();
        }

        /** Of Lettuce 6; there is nothing to reset. */
        public void reset() {}

        @Override
        public void setConnectionFacade(ConnectionFacade connection) {
            writer.setConnectionFacade(connection);
        }

        @Override
        public void setAutoFlushCommands(boolean flush) {
            writer.setAutoFlushCommands(flush);
        }

        @Override
        public void flushCommands() {
            writer.flushCommands();
        }

        @Override
        public ClientResources getClientResources() {
            return writer.getClientResources();
        }
    }
}
