package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** A command that would bind the connection that all callers share; the message names the one to use. It was not sent. */
public final class SharedConnectionException extends RedisException {
    SharedConnectionException(String message) {
        super(message);
    }
}
