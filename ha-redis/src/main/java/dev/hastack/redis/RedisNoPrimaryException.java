package dev.hastack.redis;

import dev.hastack.core.failure.NodeFailedException;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.topology.Snapshot;
import io.lettuce.core.RedisException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * No primary within {@code ha.redis.writes.wait}, or one that cannot be connected to, or every node denies access; the message has the topology that was seen, and {@link
 * #getSuppressed} the last failure of each node. The write was not sent, unless it is {@linkplain HaRedis#idempotent idempotent} and an
 * attempt before lost its answer: the outcome says which.
 */
public final class RedisNoPrimaryException extends RedisException implements StackFailure {
    private final Outcome outcome;
    private final Reason reason;
    private final transient @Nullable Snapshot topology;

    RedisNoPrimaryException(String message, Outcome outcome, Reason reason, Snapshot topology) {
        super(message);
        this.outcome = outcome;
        this.reason = reason;
        this.topology = topology;
        NodeFailedException.suppress(this, RedisFailures.STORE, topology);
    }

    /** Of a Redis Cluster. */
    RedisNoPrimaryException(String message, Outcome outcome, ClusterView seen) {
        super(message);
        this.outcome = outcome;
        this.reason = RedisFailures.reason(seen);
        this.topology = null;
        RedisFailures.suppress(this, seen);
    }

    @Override
    public String store() {
        return RedisFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Reason reason() {
        return reason;
    }

    @Override
    public Optional<Snapshot> topology() {
        return Optional.ofNullable(topology);
    }
}
