package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Session;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * Each call is one statement that commits by itself, on a connection borrowed for it.
 *
 * @param unknown which exceptions say that the outcome is unknown
 */
record SqlSession(
        DataSource writes, DataSource reads, Predicate<SQLException> unknown, Runnable renewing, Runnable closing)
        implements Session {

    /** What JDBC offers its callers: class 08, connection exceptions. */
    static boolean isConnectionError(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && state.startsWith("08");
    }

    @Override
    public void write(long id) throws SQLException {
        try (Connection connection = writes.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO written (id) VALUES (?)")) {
            insert.setLong(1, id);
            insert.executeUpdate();
        }
    }

    @Override
    public long read() throws SQLException {
        try (Connection connection = reads.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT max(id) FROM written")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    @Override
    public boolean tellsUnknown(Exception failure) {
        return failure instanceof SQLException told && unknown.test(told);
    }

    @Override
    public void renew() {
        renewing.run();
    }

    @Override
    public void close() {
        closing.run();
    }
}
