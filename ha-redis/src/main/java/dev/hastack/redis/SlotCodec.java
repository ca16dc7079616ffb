package dev.hastack.redis;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.ToByteBufEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * A caller's codec, in a Redis Cluster. Lettuce finds a key's slot by {@link #encodeKey(Object)}, which has the prefix, as
 * the server sees it; what it sends it encodes by {@link #encodeKey(Object, ByteBuf)}, and the prefix is put there later.
 */
final class SlotCodec<K, V> implements RedisCodec<K, V>, ToByteBufEncoder<K, V> {
    private final KeyPrefix prefix;
    private final RedisCodec<K, V> codec;

    SlotCodec(KeyPrefix prefix, RedisCodec<K, V> codec) {
        this.prefix = prefix;
        this.codec = codec;
    }

    @Override
    public ByteBuffer encodeKey(K key) {
        ByteBuffer plain = codec.encodeKey(key);
        byte[] bytes = new byte[plain.remaining()];
        plain.get(bytes);
        return ByteBuffer.wrap(prefix.with(bytes));
    }

    @Override
    public void encodeKey(K key, ByteBuf target) {
        target.writeBytes(codec.encodeKey(key));
    }

    @Override
    public ByteBuffer encodeValue(V value) {
        return codec.encodeValue(value);
    }

    @Override
    public void encodeValue(V value, ByteBuf target) {
        target.writeBytes(codec.encodeValue(value));
    }

    @Override
    public int estimateSize(Object keyOrValue) {
        return 16;
    }

    @Override
    public K decodeKey(ByteBuffer bytes) {
        return codec.decodeKey(bytes);
    }

    @Override
    public V decodeValue(ByteBuffer bytes) {
        return codec.decodeValue(bytes);
    }
}
