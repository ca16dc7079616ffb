package dev.hastack.redis;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes one connection again each time that it ends, once it has been made: one attempt at a time, ever later, and without a line in the
 * log, where Lettuce would write some of each attempt. A server that refuses an attempt ends its connection, too, which is no second
 * reason for another. What was refused at first is its caller's to try again. Thread-safe.
 */
abstract class Reconnection {
    private static final int FIRST_MILLIS = 2;
    private static final int MOST_DOUBLINGS = 7;

    private final RedisChannelHandler<?, ?> connection;
    private final EventExecutorGroup threads;
    private final AtomicBoolean trying = new AtomicBoolean(true);

    Reconnection(ConnectionBuilder builder, EventExecutorGroup threads) {
        this.connection = builder.connection();
        this.threads = threads;
    }

    /** Makes one attempt. */
    abstract ConnectionFuture<?> connect();

    /** Whether there is nobody to connect to now; if so, this sees to it that the attempt is made when there is. */
    boolean postponed(Runnable attempt) {
        return false;
    }

    /** Follows the connection from its first attempt on. */
    <T> ConnectionFuture<T> from(ConnectionFuture<T> first) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> ended) {
                disconnected();
            }
        });
        var unused = first.whenComplete((made, error) -> {
            if (error == null) {
                connected();
            }
        });
        return first;
    }

    private void connected() {
        trying.set(false);
        if (!connection.isOpen()) {
            // It ended before that.
            disconnected();
        }
    }

    private void disconnected() {
        if (trying.compareAndSet(false, true)) {
            later(threads, () -> again(1), 0);
        }
    }

    private void again(int failures) {
        if (connection.isClosed() || threads.isShuttingDown() || postponed(() -> again(failures))) {
            return;
        }
        var unused = connect().whenComplete((made, error) -> {
            if (error != null) {
                later(threads, () -> again(failures + 1), failures);
            } else if (connection.isClosed()) {
                OwnConnections.disconnect(connection);
            } else {
                connected();
            }
        });
    }

    /** Not on the thread that closes the connection, and not all at the same moment. */
    static void later(EventExecutorGroup threads, Runnable task, int failures) {
        long most = (long) FIRST_MILLIS << Math.min(failures, MOST_DOUBLINGS);
        if (!threads.isShuttingDown()) {
            var unused = threads.schedule(task, ThreadLocalRandom.current().nextLong(most), TimeUnit.MILLISECONDS);
        }
    }
}
