package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** More commands wait, or are under way, than {@code ha.redis.max-waiting} or {@code max-in-flight} allows; this one was not sent. */
public final class RedisOverloadedException extends RedisException {
    RedisOverloadedException(String message) {
        super(message);
    }
}
