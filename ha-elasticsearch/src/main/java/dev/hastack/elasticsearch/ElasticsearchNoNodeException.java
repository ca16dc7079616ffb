package dev.hastack.elasticsearch;

import dev.hastack.core.failure.NodeFailedException;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.topology.Snapshot;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * No node did the request within its time, or every node denies access. The outcome says whether an earlier attempt may
 * have done it. The message has the topology that was
 * seen, and {@link #getSuppressed} the last failure of each node.
 */
public final class ElasticsearchNoNodeException extends IOException implements StackFailure {
    private final Outcome outcome;
    private final Reason reason;
    private final transient @Nullable Snapshot topology;

    ElasticsearchNoNodeException(String message, Outcome outcome, Reason reason, Snapshot topology) {
        super(message);
        this.outcome = outcome;
        this.reason = reason;
        this.topology = topology;
        NodeFailedException.suppress(this, ElasticsearchFailures.STORE, topology);
    }

    @Override
    public String store() {
        return ElasticsearchFailures.STORE;
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
