package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;

/** The stack, or the connection, has been closed. The command was not sent. */
public final class RedisClosedException extends RedisException implements StackFailure {
    RedisClosedException() {
        this("redis: the stack has been closed");
    }

    RedisClosedException(String message) {
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
        return Reason.CLOSED;
    }
}
