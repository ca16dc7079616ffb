package dev.hastack.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.HostSpec;

/**
 * The driver's connection, which tells when a borrower has given it back: HikariCP clears its warnings then. HikariCP would
 * tell a metrics tracker, too, but reads the clock twice for each borrow if it has one.
 *
 * <p>It also knows whether a borrower has left it otherwise than it was: within a transaction, with another value of a parameter
 * that the server reports, or with a setting of the driver's that HikariCP does not put back. {@link LeftSessions} has it put
 * back before it is lent again.
 */
final class NodeConnection extends PgConnection {
    private final Runnable returned;
    private final ReportedParameters parameters;
    private final Settings settings;

    private @Nullable NodePool pool;
    /** Takes it out of its pool; null until it is in one. */
    private volatile @Nullable Runnable leaves;

    /** How it ended, if that was while its server was asked. */
    private volatile @Nullable PostgresConnectionLostException ended;

    private volatile boolean listens;
    private boolean set;
    private boolean schemaSet;
    private boolean isolationLeft;
    private boolean queryTimeoutSet;

    /** What the driver keeps for itself. */
    private record Settings(
            int prepareThreshold, int fetchSize, int queryTimeout, AutoSave autosave, boolean adaptive) {}

    NodeConnection(HostSpec node, Properties properties, String url, Runnable returned) throws SQLException {
        super(new HostSpec[] {node}, properties, url);
        this.returned = returned;
        this.parameters = new ReportedParameters(this);
        this.settings = new Settings(
                getPrepareThreshold(),
                getDefaultFetchSize(),
                Integer.parseInt(properties.getProperty("queryTimeout", "0")),
                getAutosave(),
                getAdaptiveFetch());
        // The driver's own constructor calls setters, too.
        this.set = false;
        this.queryTimeoutSet = false;
    }

    /** Whom it tells when it is left otherwise than it was, and when it turns out to be dead. */
    void ownedBy(NodePool pool) {
        this.pool = pool;
    }

    /** This takes it out of its pool: at once if it is idle, else when it comes back. */
    void endsBy(Runnable end) {
        leaves = end;
    }

    /** It can be used no more: its pool lends it to nobody. May be told again. */
    void lost() {
        Runnable end = leaves;
        if (end != null) {
            end.run();
        }
    }

    /** As {@link #lost()}, and this is why. */
    void lost(PostgresConnectionLostException why) {
        lost();
        if (ended == null) {
            ended = why;
        }
    }

    /** As the driver does, and whoever closed it, its pool lends it no more. */
    @Override
    protected void checkClosed() throws SQLException {
        if (isClosed()) {
            lost();
            throw new ConnectionClosedException(null);
        }
    }

    /** Whether it is read from though nothing was asked: a notification may come, or none for days. */
    boolean listens() {
        return listens;
    }

    @Override
    public PGNotification[] getNotifications(int timeoutMillis) throws SQLException {
        listens = true;
        try {
            return super.getNotifications(timeoutMillis);
        } finally {
            listens = false;
        }
    }

    /** As the driver does; a commit whose wait for a synchronous standby was cancelled is no success here. */
    @Override
    public void commit() throws SQLException {
        checkTransactionEnds();
        int seen = 0;
        for (SQLWarning warning = getWarnings(); warning != null; warning = warning.getNextWarning()) {
            seen++;
        }
        super.commit();
        PostgresNotDurableException.throwIfReported(getWarnings(), seen);
    }

    /**
     * As the driver does. Frameworks throw what a failed rollback throws in place of the exception that it was for, so it says as well
     * how the connection ended: if a commit was lost, what became of it is not known.
     */
    @Override
    public void rollback() throws SQLException {
        checkTransactionEnds();
        super.rollback();
    }

    private void checkTransactionEnds() throws SQLException {
        if (isClosed()) {
            lost();
            throw new ConnectionClosedException(ended);
        }
    }

    /**
     * HikariCP asks this before it lends a connection that was idle, and asks nobody what an exception of it means: so the pool is
     * told here of one that is dead. What its node takes to answer now is none of its faults.
     */
    @Override
    public boolean isValid(int timeout) throws SQLException {
        Deadline began = Deadline.in(Duration.ZERO);
        NodePool owner = pool;
        boolean valid = (owner != null && poolAsks()) ? isValid(timeout, owner.patience()) : super.isValid(timeout);
        if (!valid && owner != null) {
            owner.died(began.ago());
        }
        return valid;
    }

    /** HikariCP sets a limit for the network before it asks; a borrower who asks has none, or his own. */
    private boolean poolAsks() {
        try {
            return !isClosed() && getNetworkTimeout() == NodePool.SLICE.toMillis();
        } catch (SQLException e) {
            // Its socket is closed, as the driver will find, too.
            return false;
        }
    }

    /**
     * HikariCP asks this of the first connection of a pool, within the quarter of a second of a validation. If that has no answer it goes
     * on with a level that there is not, and so fails to set up any later connection. So it has the time of an answer here, and is asked
     * of the next connection if this one does not answer.
     */
    @Override
    public int getTransactionIsolation() throws SQLException {
        NodePool owner = pool;
        if (owner == null || owner.isSetUp()) {
            return super.getTransactionIsolation();
        }
        try {
            int limit = getNetworkTimeout();
            setNetworkTimeout(Runnable::run, (int) owner.patience().toMillis());
            int level = super.getTransactionIsolation();
            setNetworkTimeout(Runnable::run, limit);
            owner.becomesSetUp();
            return level;
        } catch (SQLException e) {
            // Of a state that HikariCP takes for an answer: it passes over the loss of a connection here.
            SQLException unanswered = new SQLException(
                    "a new connection was let in, and did not answer in time what it was asked first: "
                            + e.getMessage(),
                    "HY000",
                    e);
            owner.notSetUp(unanswered);
            throw unanswered;
        }
    }

    private boolean isValid(int timeout, Duration patience) throws SQLException {
        int limit = getNetworkTimeout();
        setNetworkTimeout(Runnable::run, (int) patience.toMillis());
        boolean valid =
                super.isValid(Math.max(timeout, (int) patience.plusMillis(999).toSeconds()));
        if (valid) {
            setNetworkTimeout(Runnable::run, limit);
        }
        return valid;
    }

    /**
     * Nothing, on a closed one: HikariCP sets it before and after it validates, and answers the refusal with a warning that advises a
     * shorter lifetime, though its server has ended.
     */
    @Override
    public void setNetworkTimeout(@Nullable Executor executor, int milliseconds) throws SQLException {
        if (!isClosed()) {
            super.setNetworkTimeout(executor, milliseconds);
        }
    }

    @Override
    public void clearWarnings() throws SQLException {
        super.clearWarnings();
        // A caller may clear warnings as well, in the midst of its work: then this is looked at again when it is lent.
        if (pool != null && !asItWas()) {
            pool.left().add(this);
        }
        returned.run();
    }

    private boolean asItWas() {
        return !set && getTransactionState() == TransactionState.IDLE && parameters.asTaken();
    }

    /** Puts back what a borrower has changed: a round trip if the server has to hear of it, none else. */
    void putBack() throws SQLException {
        List<String> statements = new ArrayList<>();
        if (getTransactionState() != TransactionState.IDLE) {
            statements.add("ROLLBACK");
        }
        statements.addAll(parameters.resets());
        if (schemaSet && !statements.contains("RESET search_path")) {
            statements.add("RESET search_path");
        }
        if (isolationLeft) {
            statements.add("RESET default_transaction_isolation");
        }
        if (!statements.isEmpty()) {
            execSQLUpdate(String.join("; ", statements));
        }
        Optional<String> name = parameters.applicationName();
        if (name.isPresent()) {
            setClientInfo("ApplicationName", name.get());
        }
        parameters.take();
        if (set) {
            super.setReadOnly(false);
            super.setAutoCommit(true);
            super.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            super.setTypeMap(new HashMap<>());
            super.setPrepareThreshold(settings.prepareThreshold());
            super.setDefaultFetchSize(settings.fetchSize());
            super.setAutosave(settings.autosave());
            super.setAdaptiveFetch(settings.adaptive());
            if (queryTimeoutSet) {
                // Not asked for else: drivers before 42.7.9 do not have it.
                super.setQueryTimeout(settings.queryTimeout());
            }
        }
        set = false;
        schemaSet = false;
        isolationLeft = false;
        queryTimeoutSet = false;
    }

    /** Within a transaction the driver refuses it, also to HikariCP, which wants to put it back then. */
    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        try {
            super.setReadOnly(readOnly);
        } catch (SQLException e) {
            refused();
            throw e;
        }
    }

    /** As {@link #setReadOnly}. */
    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        try {
            super.setTransactionIsolation(level);
        } catch (SQLException e) {
            refused();
            throw e;
        }
    }

    private void refused() {
        set = true;
        isolationLeft = true;
        if (pool != null) {
            pool.left().add(this);
        }
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        super.setHoldability(holdability);
        set = true;
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        super.setTypeMap(map);
        set = true;
    }

    /** HikariCP puts it back only where it was configured with one. */
    @Override
    public void setSchema(@Nullable String schema) throws SQLException {
        set = true;
        schemaSet = true;
        super.setSchema(schema);
    }

    @Override
    public void setPrepareThreshold(int threshold) {
        super.setPrepareThreshold(threshold);
        set = true;
    }

    @Override
    public void setDefaultFetchSize(int fetchSize) throws SQLException {
        super.setDefaultFetchSize(fetchSize);
        set = true;
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        super.setQueryTimeout(seconds);
        set = true;
        queryTimeoutSet = true;
    }

    @Override
    public void setAutosave(AutoSave autosave) {
        super.setAutosave(autosave);
        set = true;
    }

    @Override
    public void setAdaptiveFetch(boolean adaptive) {
        super.setAdaptiveFetch(adaptive);
        set = true;
    }
}
