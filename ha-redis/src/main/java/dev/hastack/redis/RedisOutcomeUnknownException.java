package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** A write was sent, and its answer is lost: nobody knows whether it was done. Read what it would have changed, or send it again if
 * twice is as good as once; {@link HaRedis#idempotent()} does that for commands of that kind. */
public final class RedisOutcomeUnknownException extends RedisException {
    RedisOutcomeUnknownException(String message) {
        super(message);
    }

    RedisOutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
