package dev.hastack.postgres;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.function.Consumer;

/**
 * Sees every exception of a pooled connection before its caller does.
 *
 * @param errors told of each, on the caller's thread
 * @param calls told of each, too, as the end of a caller's call
 */
record ErrorHook(Consumer<SQLException> errors, Consumer<SQLException> calls) implements SQLExceptionOverride {

    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException e) {
        if (e instanceof ConnectionClosedException) {
            // No news: what closed it has been told.
            return SQLExceptionOverride.Override.DO_NOT_EVICT;
        }
        errors.accept(e);
        calls.accept(e);
        if (PostgresConnectionLostException.endsWith(e)) {
            // It has been taken out of its pool by itself; HikariCP would warn of each, with a stack trace.
            return SQLExceptionOverride.Override.DO_NOT_EVICT;
        }
        String state = e.getSQLState();
        if ("0A000".equals(state)) {
            // "Feature not supported" says nothing of the connection, though HikariCP would evict it.
            return SQLExceptionOverride.Override.DO_NOT_EVICT;
        }
        // The server ended an idle session; HikariCP does not know that state.
        return "57P05".equals(state)
                ? SQLExceptionOverride.Override.MUST_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}
