package dev.hastack.examples.service;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What an SQLException says of the server behind the connection. */
final class SqlErrors {

    private SqlErrors() {}

    /** Whether the connection or its server went away, or there was none to get. */
    static boolean unavailable(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return e instanceof SQLTransientConnectionException
                || state.startsWith("08") // connection exception
                || state.startsWith("57P") // shut down or crashed by its operator
                || state.equals("25006"); // no longer the primary
    }

    /** Whether a table is missing: the schema is not created yet. */
    static boolean noSchema(SQLException e) {
        return "42P01".equals(e.getSQLState());
    }
}
