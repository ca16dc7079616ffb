package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** A write in a stack that may only read: nothing was sent. */
public final class RedisNotWritableException extends RedisException {
    static RedisNotWritableException of(String command) {
        return new RedisNotWritableException(
                command + " is refused: this stack may not write to Redis (ha.redis.writable=false)");
    }

    RedisNotWritableException(String message) {
        super(message);
    }
}
