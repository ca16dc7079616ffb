package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** A write in a stack that may only read: nothing was sent. */
public final class NotWritableException extends RedisException {
    NotWritableException(String message) {
        super(message);
    }
}
