package dev.hastack.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What all durable writes of a stack share, however often a caller makes a {@link DurableWrites}: connections that none of
 * them needs at the moment, and how many may be under way. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, RED-20.
 */
final class IdleConnections {
    static final int MOST = 16;

    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
    private final Semaphore permits = new Semaphore(MOST, true);

    /** @param user has used the connection last */
    private record Idle(Of<?, ?> user, StatefulRedisConnection<?, ?> connection) {}

    /** One for each write that is under way. */
    Semaphore permits() {
        return permits;
    }

    <K, V> Of<K, V> of(RedisCodec<K, V> codec) {
        return new Of<>(this, codec);
    }

    private @Nullable StatefulRedisConnection<?, ?> poll(Predicate<Idle> which) {
        for (Idle one : idle) {
            if (which.test(one) && idle.remove(one)) {
                return one.connection();
            }
        }
        return null;
    }

    /** A program that makes a codec for each write leaves connections that nobody finds: the oldest go. */
    private void push(Idle one) {
        idle.addFirst(one);
        while (idle.size() > MOST) {
            Idle oldest = idle.pollLast();
            if (oldest != null) {
                OwnConnections.close(oldest.connection());
            }
        }
    }

    /** Those of one codec, as one user of them sees it. */
    static final class Of<K, V> {
        private final IdleConnections all;
        private final RedisCodec<K, V> codec;
        private volatile boolean closed;

        private Of(IdleConnections all, RedisCodec<K, V> codec) {
            this.all = all;
            this.codec = codec;
        }

        /** Returns the last to come back, which may be used from now on, or null if none is idle. */
        @SuppressWarnings("unchecked") // Of an equal codec.
        @Nullable
        StatefulRedisConnection<K, V> poll() {
            return (StatefulRedisConnection<K, V>)
                    all.poll(one -> one.user().codec.equals(codec));
        }

        void push(StatefulRedisConnection<K, V> connection) {
            all.push(new Idle(this, connection));
            // One that came back while this was closed would stay.
            if (closed) {
                closeMine();
            }
        }

        boolean closed() {
            return closed;
        }

        /** Closes those that this user has left idle, now and from now on. */
        void close() {
            closed = true;
            closeMine();
        }

        private void closeMine() {
            for (var mine = all.poll(one -> one.user() == this);
                    mine != null;
                    mine = all.poll(one -> one.user() == this)) {
                OwnConnections.close(mine);
            }
        }
    }
}
