package dev.hastack.redis;

import io.lettuce.core.RedisException;

/**
 * No node for a read within {@code ha.redis.reads.wait}, or fewer replicas in touch with the primary than a durable write has
 * to reach, for all of {@code ha.redis.writes.wait}; the message has the topology that was seen. Nothing was sent.
 */
public final class RedisNoReplicaException extends RedisException {
    RedisNoReplicaException(String message) {
        super(message);
    }
}
