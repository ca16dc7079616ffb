package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;

/**
 * A command that would bind a connection that callers share, at once or one after the other; the message names the one to use. It was not
 * sent, or, of a transaction that was left open, not done.
 */
public final class RedisSharedConnectionException extends RedisException implements StackFailure {
    private final Outcome outcome;

    RedisSharedConnectionException(String message) {
        this(message, Outcome.NOT_SENT);
    }

    RedisSharedConnectionException(String message, Outcome outcome) {
        super(message);
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
        return Reason.REFUSED;
    }
}
