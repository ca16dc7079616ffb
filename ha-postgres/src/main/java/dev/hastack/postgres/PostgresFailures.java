package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.DriverFailure;
import dev.hastack.core.failure.spi.FailureReader;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;

/**
 * Reads pgjdbc's and HikariCP's exceptions. Public only because {@link java.util.ServiceLoader} makes it.
 *
 * <p>Other databases' drivers throw {@link SQLException}s, too, and mean other things by them; so an exception of java.sql's own types
 * counts only where it is known to come from here.
 */
public final class PostgresFailures implements FailureReader {
    static final String STORE = "postgres";

    /** What HikariCP throws on a connection that it has closed since it was broken; it has no state. */
    private static final String CLOSED_BY_POOL = "Connection is closed";

    /** Called by the service loader. */
    public PostgresFailures() {}

    @Override
    public Optional<StackFailure> read(Throwable error) {
        return error instanceof SQLException e ? read(e) : Optional.empty();
    }

    private static Optional<StackFailure> read(SQLException error) {
        PostgresConnectionLostException lost = PostgresConnectionLostException.in(error);
        if (lost != null) {
            return Optional.of(lost);
        } else if (PostgresNotDurableException.isReported(error)) {
            return failure(Outcome.DONE_NOT_DURABLE, Reason.NOT_DURABLE);
        } else if (error instanceof PSQLException || error instanceof PSQLWarning || ofBatch(error)) {
            return failure(PostgresErrors.verdict(error).outcome(), reason(error));
        } else if (error.getSQLState() == null && CLOSED_BY_POOL.equals(error.getMessage())) {
            // As if the driver had said it: what it was to send, a COMMIT for instance, was not sent.
            return failure(Outcome.NOT_DONE, Reason.CONNECTION_LOST);
        } else if (String.valueOf(error.getMessage()).startsWith(NodePool.PREFIX)) {
            // Of HikariCP, whose messages begin with the name of the pool: it had no connection to give.
            boolean interrupted = error.getCause() instanceof InterruptedException;
            return failure(Outcome.NOT_SENT, interrupted ? Reason.INTERRUPTED : Reason.OVERLOADED);
        }
        return Optional.empty();
    }

    /** What is known of the call that threw this, or that warned of it, on a connection of this store's. */
    static Outcome outcome(SQLException error) {
        return error instanceof StackFailure own
                ? own.outcome()
                : read(error).map(StackFailure::outcome).orElse(Outcome.UNKNOWN);
    }

    private static Optional<StackFailure> failure(Outcome outcome, Reason reason) {
        return Optional.of(new DriverFailure(STORE, outcome, reason));
    }

    private static boolean ofBatch(SQLException error) {
        return error instanceof BatchUpdateException
                && (error.getCause() instanceof PSQLException || error.getNextException() instanceof PSQLException);
    }

    private static Reason reason(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        if (state.equals("08003")) {
            return Reason.CONNECTION_LOST;
        } else if (state.equals("42501")) {
            return Reason.DENIED;
        } else if (PostgresErrors.cutShort(state) && !PostgresErrors.conflicts(state)) {
            return PostgresErrors.cancelledByCaller(error) ? Reason.INTERRUPTED : Reason.TIMED_OUT;
        }
        return PostgresErrors.verdict(error).reason();
    }
}
