package dev.hastack.postgres;

import dev.hastack.core.failure.NodeFailedException;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.topology.Snapshot;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A read found no node that may serve it in time, or every node denies access. Nothing was sent. The message has the topology, and {@link
 * #getSuppressed} the last failure of each node.
 */
public final class PostgresNoReplicaException extends SQLTransientConnectionException implements StackFailure {
    private final Reason reason;
    private final transient @Nullable Snapshot topology;

    PostgresNoReplicaException(String message, Reason reason, Snapshot topology) {
        super(message, "08001");
        this.reason = reason;
        this.topology = topology;
        NodeFailedException.suppress(this, PostgresFailures.STORE, topology);
    }

    @Override
    public String store() {
        return PostgresFailures.STORE;
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
