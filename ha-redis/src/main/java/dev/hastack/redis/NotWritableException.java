package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** A write in a stack that may only read: nothing was sent. */
public final class NotWritableException extends RedisException {
    static NotWritableException of(String command) {
        return new NotWritableException(
                command + " is refused: this stack may not write to Redis (ha.redis.writable=false)");
    }

    NotWritableException(String message) {
        super(message);
    }
}
