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
 * No node for a read within {@code ha.redis.reads.wait}, or fewer replicas in touch with the primary than a durable write has
 * to reach, or than the primary itself requires ({@code min-replicas-to-write}), for all of {@code ha.redis.writes.wait}; the message has
 * the topology that was seen, and {@link #getSuppressed} the last failure of each node. Nothing was done.
 */
public final class RedisNoReplicaException extends RedisException implements StackFailure {
    private final Reason reason;
    private final transient @Nullable Snapshot topology;

    RedisNoReplicaException(String message, Reason reason, Snapshot topology) {
        super(message);
        this.reason = reason;
        this.topology = topology;
        NodeFailedException.suppress(this, RedisFailures.STORE, topology);
    }

    /** Of a Redis Cluster. */
    RedisNoReplicaException(String message, ClusterView seen) {
        super(message);
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
        return Outcome.NOT_SENT;
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
