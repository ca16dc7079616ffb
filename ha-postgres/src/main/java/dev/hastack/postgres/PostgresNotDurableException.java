package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * A commit was done, but its wait for a synchronous standby was cancelled: it is in effect, and a failover may lose it. PostgreSQL
 * calls that a success with a warning. Its outcome is {@link Outcome#DONE_NOT_DURABLE}. Thrown by {@link java.sql.Connection#commit}; of a
 * statement that commits by itself the warning is all there is, in {@link java.sql.Statement#getWarnings}.
 */
public final class PostgresNotDurableException extends SQLException implements StackFailure {
    /** PostgreSQL's function that waits; its name is the same in every language of the server. */
    private static final String WAIT = "SyncRepWaitForLSN";

    private PostgresNotDurableException(SQLWarning warning) {
        super(
                "committed, but not known to be on a synchronous standby: " + warning.getMessage(),
                warning.getSQLState(),
                warning);
    }

    /** Whether the server says by this that a wait for a synchronous standby was cancelled. */
    static boolean isReported(@Nullable SQLException warning) {
        ServerErrorMessage message = warning instanceof PSQLWarning reported ? reported.getServerErrorMessage() : null;
        return message != null && WAIT.equals(message.getRoutine());
    }

    /**
     * Throws it, if a warning says so.
     *
     * @param warnings the first of a chain, or null
     * @param seen how many of the chain are old
     */
    static void throwIfReported(@Nullable SQLWarning warnings, int seen) throws PostgresNotDurableException {
        int number = 0;
        for (SQLWarning warning = warnings; warning != null; warning = warning.getNextWarning(), number++) {
            if (number >= seen && isReported(warning)) {
                throw new PostgresNotDurableException(warning);
            }
        }
    }

    @Override
    public String store() {
        return PostgresFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.DONE_NOT_DURABLE;
    }

    @Override
    public Reason reason() {
        return Reason.NOT_DURABLE;
    }
}
