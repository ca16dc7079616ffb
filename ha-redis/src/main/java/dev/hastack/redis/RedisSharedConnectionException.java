package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** A command that would bind the connection that callers share, at once or one after the other; the message names the one to use. It was not
 * sent, or, of a transaction that was left open, not done. */
public final class RedisSharedConnectionException extends RedisException {
    RedisSharedConnectionException(String message) {
        super(message);
    }
}
