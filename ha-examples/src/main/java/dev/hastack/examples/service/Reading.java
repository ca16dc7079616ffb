package dev.hastack.examples.service;

import dev.hastack.examples.http.HttpError;
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
     * @throws HttpError with 503 when there is nowhere to read from
     * @throws SQLException when the statement is at fault
     */
    <T> T read(Query<T> query) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = source.getConnection()) {
                connection.setReadOnly(true);
                return query.run(connection);
            } catch (SQLException e) {
                if (SqlErrors.noSchema(e)) {
                    throw new HttpError(503, "the schema is not there yet; an editing server creates it at start", e);
                }
                if (!SqlErrors.unavailable(e)) {
                    throw e;
                }
                if (attempt == ATTEMPTS) {
                    throw new HttpError(503, "not read, after " + ATTEMPTS + " attempts: " + e.getMessage(), e);
                }
            }
        }
    }

    /** Statements on a connection. */
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }
}
