package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** No primary within {@code ha.redis.writes.wait}; the message has the topology that was seen. The write was not sent. */
public final class RedisNoPrimaryException extends RedisException {
    RedisNoPrimaryException(String message) {
        super(message);
    }
}
