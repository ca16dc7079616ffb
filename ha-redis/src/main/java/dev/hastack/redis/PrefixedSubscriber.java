package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.PubSubOutput;
import io.lettuce.core.pubsub.RedisPubSubListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Lettuce's connection of a subscriber, which keeps to the key prefix. */
class PrefixedSubscriber<K, V> extends OwnSubscriber<K, V> {
    private final KeyPrefix prefix;
    private final ChannelCodec<K, V> channels;

    PrefixedSubscriber(
            PubSubEndpoint<K, V> endpoint,
            RedisChannelWriter writer,
            ChannelCodec<K, V> channels,
            Duration timeout,
            KeyPrefix prefix) {
        super(endpoint, writer, channels.plain(), timeout);
        this.prefix = prefix;
        this.channels = channels;
    }

    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        RedisCommand<K, V, T> applied;
        try {
            applied = prefix.applied(command, this::output);
        } catch (RuntimeException e) {
            command.completeExceptionally(e);
            return command;
        }
        RedisCommand<K, V, T> sent = super.dispatch(applied);
        return sent instanceof PrefixedCommand ? command : sent;
    }

    @Override
    public Collection<RedisCommand<K, V, ?>> dispatch(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<RedisCommand<K, V, ?>> dispatched = new ArrayList<>(commands.size());
        commands.forEach(command -> dispatched.add(dispatch(command)));
        return dispatched;
    }

    /** Lettuce keeps what it is subscribed to by what this decodes, and subscribes to that again. */
    @SuppressWarnings("unchecked") // It has no result.
    private <T> CommandOutput<K, V, T> output(CommandOutput<K, V, T> own) {
        return own instanceof PubSubOutput ? (CommandOutput<K, V, T>) new PubSubOutput<>(channels) : own;
    }

    @Override
    public void addListener(RedisPubSubListener<K, V> listener) {
        super.addListener(ofMine(listener));
    }

    @Override
    public void removeListener(RedisPubSubListener<K, V> listener) {
        super.removeListener(ofMine(listener));
    }

    /** Equal if the listener is. */
    final RedisPubSubListener<K, V> ofMine(RedisPubSubListener<K, V> listener) {
        return new OfMine<>(channels, listener);
    }

    final PushListener ofMine(PushListener listener) {
        return new PrefixedPushes(prefix, listener);
    }

    @Override
    public void addListener(PushListener listener) {
        super.addListener(ofMine(listener));
    }

    @Override
    public void removeListener(PushListener listener) {
        super.removeListener(ofMine(listener));
    }

    /** Does not tell of notifications about the keys of others. */
    private record OfMine<K, V>(ChannelCodec<K, V> channels, RedisPubSubListener<K, V> listener)
            implements RedisPubSubListener<K, V> {
        @Override
        public void message(K channel, V message) {
            if (channels.mine()) {
                listener.message(channel, message);
            }
        }

        @Override
        public void message(K pattern, K channel, V message) {
            if (channels.mine()) {
                listener.message(pattern, channel, message);
            }
        }

        @Override
        public void smessage(K channel, V message) {
            if (channels.mine()) {
                listener.smessage(channel, message);
            }
        }

        @Override
        public void subscribed(K channel, long count) {
            listener.subscribed(channel, count);
        }

        @Override
        public void psubscribed(K pattern, long count) {
            listener.psubscribed(pattern, count);
        }

        @Override
        public void ssubscribed(K channel, long count) {
            listener.ssubscribed(channel, count);
        }

        @Override
        public void unsubscribed(K channel, long count) {
            listener.unsubscribed(channel, count);
        }

        @Override
        public void punsubscribed(K pattern, long count) {
            listener.punsubscribed(pattern, count);
        }

        @Override
        public void sunsubscribed(K channel, long count) {
            listener.sunsubscribed(channel, count);
        }
    }
}
