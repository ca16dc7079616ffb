package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;

/** A command that a connection with {@code ha.redis.key-prefix} does not take, for the reason in the message. It was not sent. */
public final class RedisRefusedException extends RedisException implements StackFailure {
    RedisRefusedException(String message) {
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
        return Reason.REFUSED;
    }
}
