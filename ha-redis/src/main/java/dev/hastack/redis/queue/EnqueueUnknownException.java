package dev.hastack.redis.queue;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job was sent, and it is not known whether it is in the queue, or will be after a failover. Enqueue it again under {@link
 * #key()}: if it is there, nothing changes.
 */
public final class EnqueueUnknownException extends RedisException implements StackFailure {
    private final String key;
    private final Reason reason;
    private final @Nullable String node;

    EnqueueUnknownException(String queue, String key, RedisException cause) {
        super(
                "queue " + queue + ": job " + key + " may have been enqueued, or not: " + cause.getMessage()
                        + "; enqueue it again under this key: a job that is there stays the only one",
                cause);
        this.key = key;
        Optional<StackFailure> failure = StackFailure.of(cause);
        this.reason = failure.map(StackFailure::reason).orElse(Reason.CONNECTION_LOST);
        this.node = failure.flatMap(StackFailure::node).orElse(null);
    }

    /** Returns the key to enqueue the job again under. */
    public String key() {
        return key;
    }

    @Override
    public String store() {
        return "redis";
    }

    @Override
    public Outcome outcome() {
        return Outcome.UNKNOWN;
    }

    @Override
    public Reason reason() {
        return reason;
    }

    @Override
    public Optional<String> node() {
        return Optional.ofNullable(node);
    }
}
