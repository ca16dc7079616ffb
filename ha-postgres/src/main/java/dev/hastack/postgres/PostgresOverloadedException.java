package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * No connection of a node's pool became free within {@code ha.postgres.pool.connection-timeout}, or no place among the reads that the
 * primary serves for want of replicas ({@code reads.primary-share}). Nothing was sent.
 */
public final class PostgresOverloadedException extends SQLTransientConnectionException implements StackFailure {
    private final String node;

    /** @param slice what the pool says, if it was asked */
    PostgresOverloadedException(String message, String node, @Nullable SQLTransientConnectionException slice) {
        super(message, slice == null ? "08001" : slice.getSQLState(), slice);
        this.node = node;
    }

    @Override
    public String store() {
        return PostgresFailures.STORE;
    }

    /** Returns the id of the node whose pool it is; never empty. */
    @Override
    public Optional<String> node() {
        return Optional.of(node);
    }

    @Override
    public Outcome outcome() {
        return Outcome.NOT_SENT;
    }

    @Override
    public Reason reason() {
        return Reason.OVERLOADED;
    }
}
