package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;

/**
 * A connection ended before the answer of a command came that may be made again: a read, an {@linkplain HaRedis#idempotent idempotent}
 * write, or one that was not sent; and its time was over before another attempt.
 */
public final class RedisConnectionLostException extends RedisException implements StackFailure {
    private final Outcome outcome;

    RedisConnectionLostException(String message, Outcome outcome, Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    @Override
    public String store() {
        return RedisFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Reason reason() {
        return Reason.CONNECTION_LOST;
    }

    /** Returns true: only what may be done twice ends with this. */
    @Override
    public boolean retryable() {
        return true;
    }
}
