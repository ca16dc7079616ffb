package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** The stack has been closed; the command was not sent, or nobody waits for its answer any more. */
public final class RedisClosedException extends RedisException {
    RedisClosedException() {
        this("redis: the stack has been closed");
    }

    RedisClosedException(String message) {
        super(message);
    }
}
