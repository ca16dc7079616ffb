package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/**
 * A connection ended while the server was asked: the cause beneath the driver's exception, which says which node it was,
 * why it ended, and what is known of the statement in flight. {@link StackFailure#of} finds it.
 */
public final class PostgresConnectionLostException extends IOException implements StackFailure {
    private final String node;
    private final Outcome outcome;

    private PostgresConnectionLostException(String node, String why, Outcome outcome, @Nullable IOException cause) {
        super("connection to " + node + " " + why + "; " + words(outcome), cause);
        this.node = node;
        this.outcome = outcome;
    }

    /**
     * To be called on the thread that waited for the server, within the driver's call.
     *
     * @param autoCommit whether each statement commits by itself
     * @param why continues "connection to main ..."
     */
    static PostgresConnectionLostException on(
            String node, boolean autoCommit, String why, @Nullable IOException cause) {
        return new PostgresConnectionLostException(
                node, why, autoCommit || committing() ? Outcome.UNKNOWN : Outcome.NOT_DONE, cause);
    }

    /** The driver tells nobody which command it has sent, but it is its own method that waits for the answer. */
    private static boolean committing() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.anyMatch(frame -> frame.getDeclaringClass() == PgConnection.class
                        && frame.getMethodName().equals("commit")));
    }

    private static String words(Outcome outcome) {
        return outcome == Outcome.UNKNOWN
                ? "whether the statement or commit under way took effect is unknown"
                : "the transaction was not committed";
    }

    /** The one beneath this error, if any. */
    static @Nullable PostgresConnectionLostException in(SQLException error) {
        int depth = 0;
        for (Throwable t = error; t != null && depth < 20; t = t.getCause(), depth++) {
            if (t instanceof PostgresConnectionLostException lost) {
                return lost;
            }
        }
        return null;
    }

    /** Whether there is one beneath this error or one that the driver has put after it, as after the server's farewell. */
    static boolean endsWith(SQLException error) {
        int depth = 0;
        for (SQLException e = error; e != null && depth < 10; e = e.getNextException(), depth++) {
            if (in(e) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String store() {
        return PostgresFailures.STORE;
    }

    /** Returns the id of the node that the connection led to; never empty. */
    @Override
    public Optional<String> node() {
        return Optional.of(node);
    }

    /** Returns what is known of the statement, or the transaction, that was in flight. */
    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Reason reason() {
        return Reason.CONNECTION_LOST;
    }
}
