package dev.hastack.postgres;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/**
 * A connection ended while the server was asked: the cause beneath the driver's exception, which says which node it was,
 * why it ended, and what is known of the statement under way. {@link Outcome#of} reads it.
 */
public final class PostgresConnectionLostException extends IOException {
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
    static PostgresConnectionLostException on(String node, boolean autoCommit, String why, @Nullable IOException cause) {
        return new PostgresConnectionLostException(
                node, why, autoCommit || committing() ? Outcome.UNKNOWN : Outcome.NOT_COMMITTED, cause);
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

    /** The id of the node that it led to. */
    public String node() {
        return node;
    }

    /** What is known of the statement, or the transaction, that was under way. */
    public Outcome outcome() {
        return outcome;
    }
}
