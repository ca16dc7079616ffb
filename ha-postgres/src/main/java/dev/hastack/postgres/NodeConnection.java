package dev.hastack.postgres;

import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.HostSpec;

/**
 * The driver's connection, which tells when a borrower has given it back: HikariCP clears its warnings then. HikariCP would
 * tell a metrics tracker, too, but reads the clock twice for each borrow if it has one.
 */
final class NodeConnection extends PgConnection {
    private final Runnable returned;

    NodeConnection(HostSpec node, Properties properties, String url, Runnable returned) throws SQLException {
        super(new HostSpec[] {node}, properties, url);
        this.returned = returned;
    }

    @Override
    public void clearWarnings() throws SQLException {
        super.clearWarnings();
        returned.run();
    }
}
