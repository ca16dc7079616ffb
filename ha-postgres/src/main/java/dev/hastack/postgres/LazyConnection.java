package dev.hastack.postgres;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that takes a real one at its first statement, of the primary or of a replica by what {@link #setReadOnly}
 * was told by then. Frameworks ask for the connection first and say "read-only" afterwards, so it cannot be decided
 * earlier. It remembers settings until then, refuses what the driver would refuse, and answers for defaults without any
 * connection. From then on everything goes to the real connection, and statements are the pool's own, unwrapped.
 *
 * <p>Changing read-only between two transactions lets go of the real connection, and the next statement takes one of the
 * other role. Within a transaction the driver refuses it. Like any connection, it is for one thread at a time.
 *
 * <p>Longer than other files here because {@link Connection} has fifty methods.
 */
final class LazyConnection implements Connection {
    private static final Logger log = LoggerFactory.getLogger(LazyConnection.class);
    private static final Set<Integer> LEVELS = Set.of(
            TRANSACTION_READ_UNCOMMITTED,
            TRANSACTION_READ_COMMITTED,
            TRANSACTION_REPEATABLE_READ,
            TRANSACTION_SERIALIZABLE);

    private final Gate gate;
    private final String database;
    private @Nullable Connection real;
    private @Nullable Session session;
    private boolean readOnly;
    private boolean realIsReadOnly;
    private boolean autoCommit = true;
    private boolean closed;

    /** @param database what {@link #getCatalog} answers */
    LazyConnection(Gate gate, String database) {
        this.gate = gate;
        this.database = database;
    }

    /**
     * The connection of a read that was diverted to the primary: bound already, and counted until it is given back.
     *
     * @param returned run once, when {@code real} has been given back
     */
    static LazyConnection diverted(Gate gate, String database, Connection real, Runnable returned) {
        LazyConnection connection = new LazyConnection(gate, database);
        connection.readOnly = true;
        connection.realIsReadOnly = true;
        connection.real = real;
        connection.session().returned = returned;
        return connection;
    }

    /** Gives the real connection back, if there is one. */
    private void giveBack() throws SQLException {
        Connection c = real;
        real = null;
        try {
            if (c != null) {
                c.close();
            }
        } finally {
            if (session != null) {
                session.givenBack();
            }
        }
    }

    /** The real connection of the role that is wanted now. */
    private Connection bound() throws SQLException {
        Connection c = real;
        return c != null && realIsReadOnly == readOnly ? c : bind();
    }

    private Connection bind() throws SQLException {
        checkOpen();
        giveBack();
        Connection c = readOnly ? gate.replica() : gate.primary();
        try {
            if (!autoCommit) {
                c.setAutoCommit(false);
            }
            if (session != null) {
                session.applyTo(c);
            }
        } catch (SQLException e) {
            c.close();
            throw e;
        }
        realIsReadOnly = readOnly;
        real = c;
        return c;
    }

    private void checkOpen() throws SQLException {
        if (closed) {
            throw new PSQLException("the connection is closed", PSQLState.CONNECTION_DOES_NOT_EXIST);
        }
    }

    private Session session() {
        Session s = session;
        if (s == null) {
            s = new Session();
            session = s;
        }
        return s;
    }

    private static boolean inTransaction(Connection c) throws SQLException {
        return c.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE;
    }

    /** What the driver refuses is refused in its words before there is a connection to ask, too. */
    private static SQLException refused(String message, PSQLState state) {
        return new PSQLException(message, state);
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        checkOpen();
        Connection c = real;
        if (c != null && inTransaction(c)) {
            // The driver's own refusal, SQLSTATE 25001.
            c.setReadOnly(readOnly);
        }
        this.readOnly = readOnly;
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return readOnly;
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        checkOpen();
        if (real != null) {
            real.setAutoCommit(autoCommit);
        }
        this.autoCommit = autoCommit;
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        checkOpen();
        return autoCommit;
    }

    @Override
    public void commit() throws SQLException {
        checkOpen();
        if (real != null) {
            real.commit();
        } else if (autoCommit) {
            throw refused("Cannot commit when autoCommit is enabled.", PSQLState.NO_ACTIVE_SQL_TRANSACTION);
        }
    }

    @Override
    public void rollback() throws SQLException {
        checkOpen();
        if (real != null) {
            real.rollback();
        } else if (autoCommit) {
            throw refused("Cannot rollback when autoCommit is enabled.", PSQLState.NO_ACTIVE_SQL_TRANSACTION);
        }
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        bound().rollback(savepoint);
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        bound().releaseSavepoint(savepoint);
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        giveBack();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed || (real != null && real.isClosed());
    }

    @Override
    public void abort(@Nullable Executor executor) throws SQLException {
        if (executor == null) {
            throw new SQLException("executor is null");
        }
        closed = true;
        Connection c = real;
        real = null;
        if (c != null) {
            c.abort(executor);
            if (session != null) {
                session.givenBack();
            }
            // The pool hears of it by the close alone, which fails at what has been aborted.
            executor.execute(() -> closeQuietly(c));
        }
    }

    private static void closeQuietly(Connection c) {
        try {
            c.close();
        } catch (SQLException e) {
            log.trace("giving back a connection that its user has aborted", e);
        }
    }

    /** Not bound yet, it is valid if it could be bound without a wait: it takes no connection for the question. */
    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw refused(
                    "the timeout is " + timeout + ": expected seconds, 0 for none", PSQLState.INVALID_PARAMETER_VALUE);
        }
        return !closed && (real == null ? gate.leads(readOnly) : real.isValid(timeout));
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkOpen();
        if (real != null) {
            real.setTransactionIsolation(level);
        } else if (!LEVELS.contains(level)) {
            throw refused("Transaction isolation level " + level + " not supported.", PSQLState.NOT_IMPLEMENTED);
        }
        session().isolation = level;
    }

    /**
     * Answers without a connection. The server's default may be another level, so what was answered is made true when a
     * connection is taken: whoever asks relies on it, as Spring does to leave out a setting.
     */
    @Override
    public int getTransactionIsolation() throws SQLException {
        checkOpen();
        if (real != null) {
            return real.getTransactionIsolation();
        }
        Integer level = session().isolation;
        if (level == null) {
            level = TRANSACTION_READ_COMMITTED;
            session().isolation = level;
        }
        return level;
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
        if (real != null) {
            real.setHoldability(holdability);
        } else if (holdability != ResultSet.CLOSE_CURSORS_AT_COMMIT
                && holdability != ResultSet.HOLD_CURSORS_OVER_COMMIT) {
            throw refused(
                    "Unknown ResultSet holdability setting: " + holdability + ".", PSQLState.INVALID_PARAMETER_VALUE);
        }
        session().holdability = holdability;
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        if (real != null) {
            return real.getHoldability();
        }
        Integer holdability = session == null ? null : session.holdability;
        return holdability == null ? ResultSet.CLOSE_CURSORS_AT_COMMIT : holdability;
    }

    /**
     * With null it is the user's and the database's own again. To the driver it is a statement like any other, of which a rollback
     * undoes the effect; so it is one here without autocommit.
     */
    @Override
    public void setSchema(@Nullable String schema) throws SQLException {
        checkOpen();
        Connection c = autoCommit ? real : bound();
        if (c != null) {
            c.setSchema(schema);
        }
        session().schema = new Session.Schema(schema);
    }

    /** Asks the server, as the driver does: it is the first schema of the search path that exists. */
    @Override
    public String getSchema() throws SQLException {
        return bound().getSchema();
    }

    @Override
    public void setNetworkTimeout(@Nullable Executor executor, int milliseconds) throws SQLException {
        checkOpen();
        if (real != null) {
            real.setNetworkTimeout(executor, milliseconds);
        } else if (milliseconds < 0) {
            throw refused(
                    "Network timeout must be a value greater than or equal to 0.", PSQLState.INVALID_PARAMETER_VALUE);
        }
        session().networkTimeout = milliseconds;
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        checkOpen();
        if (real != null) {
            return real.getNetworkTimeout();
        }
        Integer timeout = session == null ? null : session.networkTimeout;
        return timeout == null ? gate.socketTimeoutMillis() : timeout;
    }

    @Override
    public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        checkOpenForClientInfo();
        if (real != null) {
            real.setClientInfo(name, value);
        }
        session().tell(name, value);
    }

    /** The driver knows one of them only, the application's name. */
    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        setClientInfo(Session.APPLICATION_NAME, properties.getProperty(Session.APPLICATION_NAME));
    }

    private void checkOpenForClientInfo() throws SQLClientInfoException {
        if (closed) {
            throw new SQLClientInfoException("the connection is closed", "08003", Map.of());
        }
    }

    @Override
    public String getClientInfo(String name) throws SQLException {
        return bound().getClientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return bound().getClientInfo();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        checkOpen();
        if (real != null) {
            real.setTypeMap(map);
        }
        session().typeMap = map;
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        Map<String, Class<?>> map = session == null ? null : session.typeMap;
        return real == null && map != null ? map : bound().getTypeMap();
    }

    /** PostgreSQL has one catalog per connection, its database; setting another has no effect, as with the driver. */
    @Override
    public void setCatalog(String catalog) throws SQLException {
        checkOpen();
    }

    @Override
    public String getCatalog() throws SQLException {
        checkOpen();
        return database;
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        if (real == null && session != null && session.warns()) {
            return bound().getWarnings();
        }
        return real == null ? null : real.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        if (real != null) {
            real.clearWarnings();
        } else if (session != null) {
            session.forgetWarnings();
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : bound().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this)
                || (real == null ? type.isAssignableFrom(PgConnection.class) : real.isWrapperFor(type));
    }

    @Override
    public Statement createStatement() throws SQLException {
        return bound().createStatement();
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return bound().prepareStatement(sql);
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return bound().prepareCall(sql);
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return bound().nativeSQL(sql);
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency) throws SQLException {
        return bound().createStatement(resultSetType, resultSetConcurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        return bound().prepareStatement(sql, resultSetType, resultSetConcurrency);
    }

    @Override
    public CallableStatement prepareCall(String sql, int resultSetType, int resultSetConcurrency) throws SQLException {
        return bound().prepareCall(sql, resultSetType, resultSetConcurrency);
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency, int resultSetHoldability)
            throws SQLException {
        return bound().createStatement(resultSetType, resultSetConcurrency, resultSetHoldability);
    }

    @Override
    public PreparedStatement prepareStatement(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        return bound().prepareStatement(sql, resultSetType, resultSetConcurrency, resultSetHoldability);
    }

    @Override
    public CallableStatement prepareCall(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        return bound().prepareCall(sql, resultSetType, resultSetConcurrency, resultSetHoldability);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        return bound().prepareStatement(sql, autoGeneratedKeys);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return bound().prepareStatement(sql, columnIndexes);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return bound().prepareStatement(sql, columnNames);
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return bound().setSavepoint();
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return bound().setSavepoint(name);
    }

    @Override
    public Clob createClob() throws SQLException {
        return bound().createClob();
    }

    @Override
    public Blob createBlob() throws SQLException {
        return bound().createBlob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return bound().createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return bound().createSQLXML();
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return bound().createArrayOf(typeName, elements);
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return bound().createStruct(typeName, attributes);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return bound().getMetaData();
    }

    @Override
    public String toString() {
        return "LazyConnection[" + (readOnly ? "read-only" : "read-write") + ", "
                + (closed ? "closed" : real == null ? "not bound" : "bound to " + real) + "]";
    }
}
