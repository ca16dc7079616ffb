package dev.hastack.postgres;

import dev.hastack.core.monitor.DeathWatch;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * Waits for a notification that never comes. It needs no LISTEN, which a standby would refuse: the read ends with the
 * server's last word (57P01), or with the connection.
 */
final class PostgresDeathWatch implements DeathWatch {
    private final ProbeConnection connection;

    PostgresDeathWatch(ProbeConnection connection) {
        this.connection = connection;
    }

    @Override
    public void connect() throws SQLException {
        connection.open();
    }

    @Override
    public void await() throws SQLException {
        PGConnection session = connection.get().unwrap(PGConnection.class);
        while (true) {
            // Nobody notifies; whatever comes, only the end of the connection ends the loop.
            session.getNotifications(0);
        }
    }

    @Override
    public void arm() {
        connection.arm();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public void close() {
        connection.close();
    }
}
