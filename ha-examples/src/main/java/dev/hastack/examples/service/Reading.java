package dev.hastack.examples.service;

import dev.hastack.core.failure.StackFailure;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Reads, which may be done again: a connection that broke costs a reader nothing but a moment. */
final class Reading {

    private static final int ATTEMPTS = 3;

    private final DataSource source;

    /** Reads from here, in read-only connections. */
    Reading(DataSource source) {
        this.source = source;
    }

    /**
     * Does this read, up to three times.
     *
     * @throws SQLException of the last attempt, or when the statement is at fault
     */
    <T> T read(Query<T> query) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = source.getConnection()) {
                connection.setReadOnly(true);
                return query.run(connection);
            } catch (SQLException e) {
                boolean passes = StackFailure.of(e)
                        .filter(failure -> failure.reason().temporary())
                        .isPresent();
                if (!passes || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Statements on a connection. */
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }
}
