package dev.hastack.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The superuser's ways into one node, and a connection kept open for the testkit's own questions, so that one costs a
 * round trip rather than a login. Thread-safe.
 */
final class PostgresAdmin {
    static final String SUPERUSER = "postgres";
    private static final String MAINTENANCE_DATABASE = "postgres";

    private final String address;
    private final String password;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Connection kept;

    PostgresAdmin(String address, String password) {
        this.address = address;
        this.password = password;
    }

    /** A new connection, which the caller closes. */
    Connection connect(String database) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", SUPERUSER);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "disable");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "10");
        properties.setProperty("ApplicationName", "ha-testkit");
        return DriverManager.getConnection("jdbc:postgresql://" + address + "/" + database, properties);
    }

    /** The first column of the first row as text; null for SQL's null, and where there is no row. */
    @Nullable
    String value(String sql) throws SQLException {
        lock.lock();
        try {
            boolean fresh = kept == null;
            try {
                return ask(sql);
            } catch (SQLException e) {
                String state = e.getSQLState();
                boolean lost = state != null && (state.startsWith("08") || state.startsWith("57P0"));
                if (fresh || !lost) {
                    throw e;
                }
                drop(); // The test ended it, or the node went and came back.
                return ask(sql);
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable String ask(String sql) throws SQLException {
        Connection connection = kept;
        if (connection == null) {
            connection = connect(MAINTENANCE_DATABASE);
            connection.setNetworkTimeout(Runnable::run, 30_000);
            kept = connection;
        }
        try (var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return null;
            }
            try (var rows = statement.getResultSet()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    /** Closes the kept connection without a word to the node, also while another thread waits on it. */
    void drop() {
        Connection connection = kept;
        kept = null;
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                // It is given up in any case.
            }
        }
    }
}
