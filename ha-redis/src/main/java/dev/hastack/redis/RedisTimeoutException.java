package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.Optional;

/**
 * A read, or an {@linkplain HaRedis#idempotent idempotent} write, had no answer within {@code ha.redis.command-timeout}. It may be made
 * again.
 */
public final class RedisTimeoutException extends RedisCommandTimeoutException implements StackFailure {
    private final Outcome outcome;
    private final String node;

    RedisTimeoutException(String message, Outcome outcome, String node) {
        super(message);
        this.outcome = outcome;
        this.node = node;
    }

    @Override
    public String store() {
        return RedisFailures.STORE;
    }

    @Override
    public Optional<String> node() {
        return Optional.of(node);
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Reason reason() {
        return Reason.TIMED_OUT;
    }

    /** Returns true: only what may be done twice ends with this. */
    @Override
    public boolean retryable() {
        return true;
    }
}
