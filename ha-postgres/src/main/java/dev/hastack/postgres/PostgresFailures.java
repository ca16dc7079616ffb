package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.DriverFailure;
import dev.hastack.core.failure.spi.FailureReader;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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

    /** Serialization failure, deadlock, lock not available. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03");

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
            return failure(of(error.getSQLState(), refusedByServer(error)), reason(error));
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

    /**
     * Whether the server itself said no to the one statement. The driver raises errors of its own after a statement that was
     * carried out, and a batch may be carried out in part.
     */
    private static boolean refusedByServer(SQLException error) {
        return error instanceof PSQLException e && e.getServerErrorMessage() != null;
    }

    private static Outcome of(@Nullable String sqlState, boolean refused) {
        String state = sqlState == null ? "" : sqlState;
        return switch (state) {
            // Never connected; refused by the server at login.
            case "08001", "08004" -> Outcome.NOT_SENT;
            // Closed before the call: what it wanted to send, a COMMIT for instance, was not sent.
            case "08003" -> Outcome.NOT_DONE;
            // Transaction resolution unknown, statement completion unknown, crash of the server.
            case "08007", "40003", "57P02" -> Outcome.UNKNOWN;
            default -> refused && !state.startsWith("08") ? Outcome.NOT_DONE : Outcome.UNKNOWN;
        };
    }

    private static Reason reason(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        if (state.equals("08003")) {
            return Reason.CONNECTION_LOST;
        } else if (CONFLICTS.contains(state)) {
            return Reason.CONFLICT;
        } else if (state.equals("42501")) {
            return Reason.DENIED;
        } else if (PostgresErrors.cutShort(state)) {
            return PostgresErrors.cancelledByCaller(error) ? Reason.INTERRUPTED : Reason.TIMED_OUT;
        }
        return PostgresErrors.kind(error).map(Reason::of).orElse(Reason.REFUSED);
    }
}
