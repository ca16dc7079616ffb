package dev.hastack.benchmarks.overhead;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * One read and one write, as a service does them through a data source that routes. Both tell whether they were done on
 * a replica, which is what the stubs answer to every query.
 */
final class Work {
    private static final String READ = "SELECT pg_is_in_recovery()";
    /** The hint is for ShardingSphere, which takes a SELECT for a read, and a write of no table that it knows for none. */
    private static final String WRITE = "/* SHARDINGSPHERE_HINT: WRITE_ROUTE_ONLY=true */ SELECT nextval('article')";

    private Work() {}

    static boolean read(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            return query(connection, READ);
        }
    }

    static boolean write(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return query(connection, WRITE);
        }
    }

    private static boolean query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /**
     * Does both, more than once for those that choose at random.
     *
     * @return the source
     * @throws IllegalStateException if one of them is not done where it belongs
     */
    static DataSource proved(DataSource source) {
        try {
            for (int i = 0; i < 100; i++) {
                if (!read(source)) {
                    throw new IllegalStateException(source + " sends a read to the primary");
                }
                if (write(source)) {
                    throw new IllegalStateException(source + " sends a write to a replica");
                }
            }
            return source;
        } catch (SQLException e) {
            throw new IllegalStateException(source + " does not do its work", e);
        }
    }
}
