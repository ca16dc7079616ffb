package dev.hastack.benchmarks.overhead;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The driver of the stubs, for pools that want a URL. It answers to PostgreSQL's URLs, by which its peers tell what they
 * speak to, and is not registered, so that it is in nobody's way who did not ask for it by name.
 */
public final class StubDriver implements Driver {
    private static final String PROTOCOL = "jdbc:postgresql://";
    private static final String PRIMARY = "main";

    /** The URL of the node with this name: {@code main} is the primary, every other a replica. */
    static String url(String node) {
        return PROTOCOL + node + ":5432/cms";
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) {
        return acceptsURL(url) ? Stubs.connection(!url.startsWith(url(PRIMARY))) : null;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PROTOCOL);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("the stubs log nothing");
    }
}
