package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Lettuce's connection to one node, which keeps to the key prefix, also within a transaction. */
final class PrefixedConnection<K, V> extends OwnConnection<K, V> {
    private final KeyPrefix prefix;

    PrefixedConnection(
            RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout, KeyPrefix prefix) {
        super(writer, pushes, codec, timeout);
        this.prefix = prefix;
    }

    /** Within a transaction, what is refused is thrown: it would be missing there, and nobody told. */
    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        RedisCommand<K, V, T> applied;
        try {
            applied = prefix.applied(command);
        } catch (RuntimeException e) {
            if (isMulti()) {
                throw e;
            }
            command.completeExceptionally(e);
            return command;
        }
        RedisCommand<K, V, T> sent = super.dispatch(applied);
        return sent instanceof PrefixedCommand ? command : sent;
    }

    @Override
    public Collection<RedisCommand<K, V, ?>> dispatch(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<RedisCommand<K, V, ?>> applied = new ArrayList<>(commands.size());
        for (RedisCommand<K, V, ?> command : commands) {
            try {
                applied.add(prefix.applied(command));
            } catch (RuntimeException e) {
                if (isMulti()) {
                    throw e;
                }
                command.completeExceptionally(e);
            }
        }
        return super.dispatch(applied);
    }

    @Override
    public void addListener(PushListener listener) {
        super.addListener(new PrefixedPushes(prefix, listener));
    }

    @Override
    public void removeListener(PushListener listener) {
        super.removeListener(new PrefixedPushes(prefix, listener));
    }
}
