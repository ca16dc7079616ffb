package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * More commands wait, or are in flight, than {@code ha.redis.max-waiting} or {@code max-in-flight} allows, or more durable writes than
 * may run at a time; this one was not sent.
 */
public final class RedisOverloadedException extends RedisException implements StackFailure {
    private final @Nullable String node;

    /** @param node that has as much in flight as it may; null where none is the reason */
    RedisOverloadedException(String message, @Nullable String node) {
        super(message);
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
        return Outcome.NOT_SENT;
    }

    @Override
    public Reason reason() {
        return Reason.OVERLOADED;
    }
}
