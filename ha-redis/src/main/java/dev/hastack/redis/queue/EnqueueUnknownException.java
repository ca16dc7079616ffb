package dev.hastack.redis.queue;

import io.lettuce.core.RedisException;

/**
 * A job was sent, and nobody knows whether it is in the queue, or will be after a failover. Enqueue it again under {@link
 * #key()}: if it is there, it stays the one it is.
 */
public final class EnqueueUnknownException extends RedisException {
    private final String key;

    EnqueueUnknownException(String queue, String key, RedisException cause) {
        super(
                "queue " + queue + ": job " + key + " may have been enqueued, or not: " + cause.getMessage()
                        + "; enqueue it again under this key, which makes it no second one",
                cause);
        this.key = key;
    }

    public String key() {
        return key;
    }
}
