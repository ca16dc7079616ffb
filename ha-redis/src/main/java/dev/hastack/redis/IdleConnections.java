package dev.hastack.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What all durable writes of a stack share, however often a caller makes a {@link DurableWrites}: connections that none of
 * them needs at the moment, and how many may be under way. Thread-safe.
 */
final class IdleConnections {
    static final int MOST = 16;

    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
    private final Semaphore permits = new Semaphore(MOST, true);

    private record Idle(RedisCodec<?, ?> codec, StatefulRedisConnection<?, ?> connection) {}

    /** One for each write that is under way. */
    Semaphore permits() {
        return permits;
    }

    <K, V> Of<K, V> of(RedisCodec<K, V> codec) {
        return new Of<>(this, codec);
    }

    /** Those of one codec. */
    record Of<K, V>(IdleConnections all, RedisCodec<K, V> codec) {
        /** One that may be used from now on, the last to come back, or null. */
        @SuppressWarnings("unchecked") // Of the same codec.
        @Nullable
        StatefulRedisConnection<K, V> poll() {
            for (Idle one : all.idle) {
                if (one.codec().equals(codec) && all.idle.remove(one)) {
                    return (StatefulRedisConnection<K, V>) one.connection();
                }
            }
            return null;
        }

        /** Whoever makes a codec for each write leaves connections that nobody finds: the oldest go. */
        void push(StatefulRedisConnection<K, V> connection) {
            all.idle.addFirst(new Idle(codec, connection));
            while (all.idle.size() > MOST) {
                Idle oldest = all.idle.pollLast();
                if (oldest != null) {
                    OwnConnections.close(oldest.connection());
                }
            }
        }
    }
}
