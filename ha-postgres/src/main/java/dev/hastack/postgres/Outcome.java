package dev.hastack.postgres;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * What is known of the statement, or the transaction, whose call threw. It decides whether trying again may do the work
 * twice: ha-stack itself repeats nothing.
 */
public enum Outcome {
    /** Nothing was sent: no connection was to be had. It may be tried again. */
    NOT_SENT,
    /**
     * Nothing was committed: the server refused the statement, or the connection ended within a transaction of which no commit
     * had been sent. The whole transaction may be tried again.
     */
    NOT_COMMITTED,
    /**
     * It was committed and is in effect, but the wait for a synchronous standby was cancelled (by the caller, a timeout, or an
     * administrator): a failover now may lose it. Do not do it again.
     */
    NOT_DURABLE,
    /**
     * It may have been committed: the connection ended after an autocommit statement, or a commit, was sent and before
     * the server's answer came; or a batch failed, a part of which may have been carried out; or the driver, not the server,
     * found fault. Try again only what may be done twice, or look first what became of it.
     */
    UNKNOWN;

    /**
     * The outcome of the call that threw {@code error}, for connections of any {@link HaPostgres} data source. Where a
     * transaction sends COMMIT as a statement's text, and not by {@link java.sql.Connection#commit}, a lost connection is
     * wrongly taken for {@link #NOT_COMMITTED}.
     *
     * @param error or a warning of a statement that commits by itself: {@link #NOT_DURABLE} is told by that
     */
    public static Outcome of(SQLException error) {
        if (error instanceof PostgresNotDurableException || PostgresNotDurableException.isTold(error)) {
            return NOT_DURABLE;
        }
        PostgresConnectionLostException lost = PostgresConnectionLostException.in(error);
        if (lost != null) {
            return lost.outcome();
        }
        // The driver throws neither type: they come from the gate and the pool, which had no connection to give.
        return error instanceof SQLTransientConnectionException || error instanceof SQLNonTransientConnectionException
                ? NOT_SENT
                : of(error.getSQLState(), refusedByServer(error));
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
            case "08001", "08004" -> NOT_SENT;
            // Closed before the call: what it wanted to send, a COMMIT for instance, was not sent.
            case "08003" -> NOT_COMMITTED;
            // Transaction resolution unknown, statement completion unknown, crash of the server.
            case "08007", "40003", "57P02" -> UNKNOWN;
            default -> refused && !state.startsWith("08") ? NOT_COMMITTED : UNKNOWN;
        };
    }
}
