package dev.hastack.postgres;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A {@link DataSource} with nothing of its own: connections come from a source, settings from the configuration. */
final class SourceDataSource implements DataSource {
    private final ConnectionSource source;

    SourceDataSource(ConnectionSource source) {
        this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return source.get();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "a connection for another user: configure ha.postgres.username, or open a stack per user", "0A000");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // Logs go through SLF4J.
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // Waits are configured: ha.postgres.writes.wait, reads.wait, pool.connection-timeout, connect-timeout.
    }

    /** HikariCP waits this long, in seconds, for a connect under way when it is closed; ours are aborted before that. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("java.util.logging: logs go through SLF4J", "0A000");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this) || source.isWrapperFor(type);
    }
}
