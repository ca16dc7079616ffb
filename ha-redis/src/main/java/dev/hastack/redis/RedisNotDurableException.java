package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;

/**
 * A write was done by the primary, but too few replicas had it in time: a failover could lose it. Met where replicas left after it was
 * sent; one that cannot become durable is not sent. To write the same again waits until it can be.
 */
public final class RedisNotDurableException extends RedisException implements StackFailure {
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

    @Override
    public String store() {
        return RedisFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.DONE_NOT_DURABLE;
    }

    @Override
    public Reason reason() {
        return Reason.NOT_DURABLE;
    }
}
