package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;

/** A write in a stack that may only read: nothing was sent. */
public final class RedisNotWritableException extends RedisException implements StackFailure {
    static RedisNotWritableException of(String command) {
        return new RedisNotWritableException(
                command + " is refused: this stack may not write to Redis (ha.redis.writable=false)");
    }

    RedisNotWritableException(String message) {
        super(message);
    }

    @Override
    public String store() {
        return RedisFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.NOT_SENT;
    }

    @Override
    public Reason reason() {
        return Reason.NOT_WRITABLE;
    }
}
