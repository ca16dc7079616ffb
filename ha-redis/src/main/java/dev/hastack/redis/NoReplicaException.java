package dev.hastack.redis;

import io.lettuce.core.RedisException;

/** No node for a read within {@code ha.redis.reads.wait}; the message has the topology that was seen. */
public final class NoReplicaException extends RedisException {
    NoReplicaException(String message) {
        super(message);
    }
}
