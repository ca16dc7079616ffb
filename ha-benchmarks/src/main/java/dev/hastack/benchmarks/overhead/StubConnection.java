package dev.hastack.benchmarks.overhead;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A connection that answers at once. It has those methods that HikariCP and ha-stack call, with the cost that they have
 * in pgjdbc where no I/O is involved; {@link Stubs} adds the others, which fail.
 */
abstract class StubConnection implements Connection, PGConnection {
    private final Map<String, String> parameters = parameters();
    private final Statement statement;
    private final DatabaseMetaData metaData;
    private final Runnable returned;
    private boolean readOnly;
    private boolean autoCommit = true;
    private volatile boolean closed;

    /** @param returned as ha-stack's own connections run it */
    StubConnection(boolean replica, Statement statement, DatabaseMetaData metaData, Runnable returned) {
        this.returned = returned;
        this.statement = statement;
        this.metaData = metaData;
        parameters.put("in_hot_standby", replica ? "on" : "off");
    }

    /** What PostgreSQL 18 reports to a session, kept as pgjdbc keeps it. */
    private static Map<String, String> parameters() {
        Map<String, String> p = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        p.put("application_name", "ha-stack benchmark");
        p.put("client_encoding", "UTF8");
        p.put("DateStyle", "ISO, MDY");
        p.put("default_transaction_read_only", "off");
        p.put("in_hot_standby", "off");
        p.put("integer_datetimes", "on");
        p.put("IntervalStyle", "postgres");
        p.put("is_superuser", "off");
        p.put("scram_iterations", "4096");
        p.put("search_path", "\"$user\", public");
        p.put("server_encoding", "UTF8");
        p.put("server_version", "18.0");
        p.put("session_authorization", "cms");
        p.put("standard_conforming_strings", "on");
        p.put("TimeZone", "UTC");
        return p;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return type.cast(this);
    }

    @Override
    public @Nullable String getParameterStatus(String name) {
        return parameters.get(name);
    }

    @Override
    public DatabaseMetaData getMetaData() {
        return metaData;
    }

    @Override
    public Statement createStatement() {
        return statement;
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) {
        return statement;
    }

    @Override
    public void setReadOnly(boolean readOnly) {
        this.readOnly = readOnly;
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public void setAutoCommit(boolean autoCommit) {
        this.autoCommit = autoCommit;
    }

    @Override
    public boolean getAutoCommit() {
        return autoCommit;
    }

    @Override
    public void rollback() {
        // Nothing was done.
    }

    @Override
    public boolean isValid(int timeout) {
        return !closed;
    }

    @Override
    public void clearWarnings() {
        returned.run();
    }

    @Override
    public @Nullable SQLWarning getWarnings() {
        return null;
    }

    @Override
    public int getTransactionIsolation() {
        return TRANSACTION_READ_COMMITTED;
    }

    @Override
    public String getCatalog() {
        return "cms";
    }

    @Override
    public String getSchema() {
        return "public";
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) {
        // Nothing waits.
    }

    @Override
    public int getNetworkTimeout() {
        return 0;
    }

    /** As a server that has nothing to say: ha-stack waits here for the end of the connection. */
    @Override
    public PGNotification[] getNotifications(int timeoutMillis) {
        while (!closed) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        return new PGNotification[0];
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void abort(Executor executor) {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
