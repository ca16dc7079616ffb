package dev.hastack.redis;

import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;

/**
 * A write was done by the primary, but too few replicas had it in time: a failover could lose it. Met where replicas left after it was
 * sent; one that cannot become durable is not sent. To write the same again waits until it can.
 */
public final class RedisNotDurableException extends RedisException {
    private final transient @Nullable Object value;
    private final int replicas;

    RedisNotDurableException(String message, @Nullable Object value, int replicas) {
        super(message);
        this.value = value;
        this.replicas = replicas;
    }

    /** What the write's commands returned. */
    public @Nullable Object value() {
        return value;
    }

    /** How many replicas had it in time. */
    public int replicas() {
        return replicas;
    }
}
