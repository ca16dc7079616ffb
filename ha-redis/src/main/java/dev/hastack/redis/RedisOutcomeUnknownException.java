package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A write was sent, and its answer is lost: it may have been done or not. Read what it would have changed, or send it again if the
 * command is idempotent; {@link HaRedis#idempotent()} does that for commands of that kind.
 */
public final class RedisOutcomeUnknownException extends RedisException implements StackFailure {
    private final Reason reason;
    private final @Nullable String node;

    RedisOutcomeUnknownException(String message, Reason reason, @Nullable String node, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.node = node;
    }

    @Override
    public String store() {
        return RedisFailures.STORE;
    }

    @Override
    public Optional<String> node() {
        return Optional.ofNullable(node);
    }

    @Override
    public Outcome outcome() {
        return Outcome.UNKNOWN;
    }

    @Override
    public Reason reason() {
        return reason;
    }
}
