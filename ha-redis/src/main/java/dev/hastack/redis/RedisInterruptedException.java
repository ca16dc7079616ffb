package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisCommandInterruptedException;

/**
 * The calling thread was interrupted while it waited for a primary, for replicas, for its turn, or for a connection: nothing was sent, and
 * the thread's interrupt flag is set. A thread that is interrupted after its command was sent gets another exception, whose outcome is
 * unknown.
 */
public final class RedisInterruptedException extends RedisCommandInterruptedException implements StackFailure {
    private final String message;

    /** @param whileWaiting for what, as in {@code a primary} */
    RedisInterruptedException(String whileWaiting, InterruptedException cause) {
        super(cause);
        this.message = "redis: the thread was interrupted while it waited for " + whileWaiting + "; nothing was sent";
    }

    @Override
    public String getMessage() {
        return message;
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
        return Reason.INTERRUPTED;
    }
}
