package dev.hastack.redis;

import io.lettuce.core.codec.RedisCodec;
import java.nio.ByteBuffer;

/**
 * What a subscriber hears, without the key prefix: channels, patterns, and the keys in Redis's own messages about them.
 * Knows of the message that the calling thread decoded last whether it is about a key of one's own, since Redis's
 * notifications are about everybody's: a connection's thread tells of each message before it decodes the next. Thread-safe.
 */
final class ChannelCodec<K, V> implements RedisCodec<K, V> {
    private final KeyPrefix prefix;
    private final RedisCodec<K, V> codec;
    private final ThreadLocal<Message> last = ThreadLocal.withInitial(Message::new);

    private static final class Message {
        private boolean namesKey;
        private boolean mine;
    }

    ChannelCodec(KeyPrefix prefix, RedisCodec<K, V> codec) {
        this.prefix = prefix;
        this.codec = codec;
    }

    /** That of the connection's user. */
    RedisCodec<K, V> plain() {
        return codec;
    }

    /** Whether the message that this thread decoded last is the user's business. */
    boolean mine() {
        return last.get().mine;
    }

    /** Of a message, its pattern comes first, if it has one, then its channel. */
    @Override
    public K decodeKey(ByteBuffer channel) {
        Message message = last.get();
        message.namesKey = KeyPrefix.isKeyEvent(channel) || KeyPrefix.isInvalidations(channel);
        message.mine = prefix.owns(channel);
        return codec.decodeKey(prefix.channelWithout(channel));
    }

    @Override
    public V decodeValue(ByteBuffer body) {
        Message message = last.get();
        if (!message.namesKey) {
            return codec.decodeValue(body);
        }
        message.mine = prefix.owns(body);
        return codec.decodeValue(prefix.without(body));
    }

    /** As Lettuce does when it subscribes again by itself. */
    @Override
    public ByteBuffer encodeKey(K channel) {
        ByteBuffer plain = codec.encodeKey(channel);
        byte[] bytes = new byte[plain.remaining()];
        plain.get(bytes);
        return ByteBuffer.wrap(prefix.channelWith(bytes));
    }

    @Override
    public ByteBuffer encodeValue(V value) {
        return codec.encodeValue(value);
    }
}
