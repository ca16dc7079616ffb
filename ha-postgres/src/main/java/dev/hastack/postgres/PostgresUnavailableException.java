package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;

/**
 * No connection to a node could be opened within {@code ha.postgres.pool.connection-timeout}, though its probe answers: it has no room
 * for more, for instance. Nothing was sent. The cause says why, and so does {@link #reason}.
 */
public final class PostgresUnavailableException extends SQLTransientConnectionException implements StackFailure {
    private final String node;
    private final Reason reason;

    PostgresUnavailableException(String node, SQLException why) {
        super(
                "no connection to " + node + " could be opened in time (" + why.getMessage() + ")",
                why.getSQLState(),
                why);
        this.node = node;
        this.reason = PostgresErrors.kind(why).map(Reason::of).orElse(Reason.NO_NODE);
    }

    @Override
    public String store() {
        return PostgresFailures.STORE;
    }

    /** Returns the id of the node that was to be connected to; never empty. */
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
        return reason;
    }
}
