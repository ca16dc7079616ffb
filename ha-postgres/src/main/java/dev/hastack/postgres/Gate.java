package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends connections by role. While the role has a node and its gate is open, that is one volatile read and HikariCP's own
 * borrow; otherwise the caller waits here for the topology, and not inside a pool that nobody will serve. Thread-safe.
 */
final class Gate {
    private static final Logger log = LoggerFactory.getLogger(Gate.class);
    private static final int SAMPLE = 32;

    private final PostgresPools pools;
    private final Monitor monitor;
    private final PostgresConfig config;
    private final ReadPolicy policy;
    private final Diversions diversions;
    // Made once: a method reference of "this" would be an object per borrow.
    private final Check forWrites = this::takesWrites;
    private final Check forReads = this::takesReads;

    /** @param policy for reads, as errors name it */
    Gate(PostgresPools pools, Monitor monitor, PostgresConfig config, ReadPolicy policy) {
        this.pools = pools;
        this.monitor = monitor;
        this.config = config;
        this.policy = policy;
        this.diversions = new Diversions(config);
    }

    /** HikariCP's own connection to the primary. */
    Connection primary() throws SQLException {
        NodePool pool = pools.routes().writer();
        if (pool != null) {
            Connection connection = tryBorrow(pool);
            if (connection != null && checked(connection, pool, forWrites)) {
                return connection;
            }
        }
        if (!config.writable() && !pools.routes().closed()) {
            throw new PostgresNotWritableException();
        }
        return await(Routes::writer, forWrites, config.writes().maxWait(), this::noPrimary);
    }

    /** HikariCP's own connection to the best node for reads, set read-only; that of a diverted read is wrapped. */
    Connection replica() throws SQLException {
        Routes routes = pools.routes();
        if (routes.outdated()) {
            monitor.refresh();
            routes = pools.routes();
        }
        NodePool pool = routes.reader();
        if (pool != null && !routes.diverts(pool)) {
            Connection connection = tryBorrow(pool);
            if (connection != null && checked(connection, pool, forReads)) {
                return connection;
            }
        }
        return await(Routes::reader, forReads, config.reads().maxWait(), this::noReplica);
    }

    /** What a connection's network timeout is unless its user sets one, in milliseconds. */
    int socketTimeoutMillis() throws SQLException {
        return DriverConnectors.socketTimeoutMillis(config);
    }

    /** Whether there is a node of this role now. */
    boolean leads(boolean readOnly) {
        Routes routes = pools.routes();
        return readOnly ? !routes.readers().isEmpty() : routes.writer() != null;
    }

    /** Null if none was free within a slice, or the pool has been retired: the topology has to be looked at again. */
    private static @Nullable Connection tryBorrow(NodePool pool) throws SQLException {
        try {
            return pool.borrow();
        } catch (SQLTransientConnectionException e) {
            return null;
        } catch (SQLException e) {
            if (pool.retired()) {
                return null;
            }
            throw e;
        }
    }

    private interface Check {
        boolean passes(Connection connection, NodePool pool) throws SQLException;
    }

    /** Whether this connection may be lent; if not, it has been given back. */
    private static boolean checked(Connection connection, NodePool pool, Check check) throws SQLException {
        boolean passes = false;
        try {
            // Retired while it was being borrowed: its socket may be closed, its node superseded.
            passes = !pool.retired() && asItWas(connection, pool) && check.passes(connection, pool);
        } finally {
            if (!passes) {
                connection.close();
            }
        }
        return passes;
    }

    /** The last borrower may have left it otherwise; what cannot be put back is not lent again. */
    private static boolean asItWas(Connection connection, NodePool pool) throws SQLException {
        boolean asItWas = pool.left().putBack(connection);
        if (!asItWas) {
            pool.hikari().evictConnection(connection);
        }
        return asItWas;
    }

    /**
     * The role check. A connection that is still on a standby was opened before the promotion and has not been used since; or its
     * node is no primary, whatever the topology says; or it has been told something untrue. One round trip decides.
     */
    private boolean takesWrites(Connection connection, NodePool pool) throws SQLException {
        StandbySessions standbys = pool.standbys();
        if (standbys.none()) {
            return true;
        }
        PGConnection session = connection.unwrap(PGConnection.class);
        if (standbys.isOnPrimary(session)) {
            return true;
        }
        Optional<Boolean> recovering = inRecovery(connection);
        if (recovering.isPresent() && !recovering.get()) {
            if (!standbys.isOnPrimary(session)) {
                standbys.contradicted();
            }
            return true;
        }
        pool.hikari().evictConnection(connection);
        if (recovering.isPresent()) {
            monitor.report(
                    pool.node(),
                    pool.generation(),
                    Kind.NOT_PRIMARY,
                    new SQLException("a connection to " + pool.node() + " says that it is in recovery", "25006"));
        }
        return false;
    }

    /**
     * What the server itself says, by the parameter that it has reported or not, which nobody's right to a function keeps from us;
     * empty if it does not answer, which the error hook has told the monitor.
     */
    private Optional<Boolean> inRecovery(Connection connection) throws SQLException {
        int timeout = connection.getNetworkTimeout();
        try (Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(
                    Runnable::run, Math.max(1, (int) config.connectTimeout().toMillis()));
            try (ResultSet row = statement.executeQuery("SHOW in_hot_standby")) {
                boolean recovering = row.next() && "on".equals(row.getString(1));
                connection.setNetworkTimeout(Runnable::run, timeout);
                return Optional.of(recovering);
            }
        } catch (SQLException e) {
            log.debug("a connection to be checked for its role did not answer", e);
            return Optional.empty();
        }
    }

    /**
     * A replica's session may tell of a promotion before any probe does. It is looked at while there is no primary; while one
     * stands, which somebody may be promoted beside, one borrow in {@link #SAMPLE} is enough: the look costs 20 ns.
     */
    private boolean takesReads(Connection connection, NodePool pool) throws SQLException {
        if (config.writable()
                && (pools.routes().primary() == null
                        || ThreadLocalRandom.current().nextInt(SAMPLE) == 0)
                && pool.standbys().promoted(connection.unwrap(PGConnection.class))) {
            monitor.hint(pool.node());
        }
        connection.setReadOnly(true);
        return true;
    }

    private Connection await(
            Function<Routes, @Nullable NodePool> choice,
            Check check,
            Duration wait,
            Function<Routes, SQLException> nobody)
            throws SQLException {
        Deadline topology = Deadline.in(wait);
        // One for the whole call: a caller that finds pool after pool exhausted waits no longer than at one.
        Turn free = new Turn(config.pool().connectionTimeout());
        while (true) {
            free.slice();
            NodePool pool = choice.apply(pools.routes());
            if (pool == null) {
                pool = awaitPool(choice, topology, nobody);
                free.anew(config.pool().connectionTimeout());
                free.slice();
            }
            boolean diverted = check == forReads && pools.routes().diverts(pool);
            if (diverted && !diversions.enter()) {
                // An open breaker may have sent it here: a replica that may fail is better than none.
                NodePool replica = pools.routes().preferred();
                if (replica != null && !pools.routes().diverts(replica)) {
                    pool = replica;
                    diverted = false;
                } else if (free.over() || Thread.currentThread().isInterrupted()) {
                    throw failed(diversions.full(pool));
                } else {
                    continue;
                }
            }
            Connection connection = null;
            boolean lent = false;
            try {
                connection = borrow(pool, free);
                lent = connection != null && checked(connection, pool, check);
                if (connection != null && lent) {
                    return diverted
                            ? LazyConnection.diverted(this, config.database(), connection, diversions.leavingOnce())
                            : connection;
                }
            } finally {
                if (diverted && !lent) {
                    diversions.leave();
                }
            }
            if (connection != null && topology.passed()) {
                throw failed(nobody.apply(pools.routes()));
            }
        }
    }

    /** A call fails here, and not at a connection. */
    private SQLException failed(SQLException error) {
        monitor.toll().failed();
        return error;
    }

    /** As {@link #tryBorrow}, but to wait longer than until the deadline is an error. */
    private @Nullable Connection borrow(NodePool pool, Turn free) throws SQLException {
        try {
            return pool.borrow();
        } catch (SQLTransientConnectionException e) {
            if (free.over()) {
                throw failed(noneFree(pool, e));
            }
        } catch (SQLException e) {
            if (!pool.retired()) {
                throw e;
            }
        }
        return null;
    }

    private NodePool awaitPool(
            Function<Routes, @Nullable NodePool> choice, Deadline deadline, Function<Routes, SQLException> nobody)
            throws SQLException {
        Routes routes = pools.routes();
        NodePool pool = choice.apply(routes);
        if (!decided(routes, pool)) {
            monitor.toll().held();
            try {
                routes = monitor.await(() -> decided(choice), deadline.left()).orElseGet(pools::routes);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PostgresInterruptedException(
                        "interrupted while waiting for "
                                + routes.snapshot().describe(monitor.time().now()),
                        e);
            }
            pool = choice.apply(routes);
        }
        if (routes.closed()) {
            throw new PostgresClosedException();
        } else if (pool == null) {
            throw failed(nobody.apply(routes));
        }
        return pool;
    }

    /** Something to go on with: a pool, or the certainty that there will be none. */
    private Optional<Routes> decided(Function<Routes, @Nullable NodePool> choice) {
        Routes routes = pools.routes();
        return decided(routes, choice.apply(routes)) ? Optional.of(routes) : Optional.empty();
    }

    private static boolean decided(Routes routes, @Nullable NodePool pool) {
        return pool != null || routes.closed() || routes.hopeless();
    }

    private SQLException noPrimary(Routes routes) {
        Instant now = monitor.time().now();
        return new PostgresNoPrimaryException(
                routes.hopeless()
                        ? denied(routes, now)
                        : "postgres: " + Waits.write(config.writes().maxWait(), routes.snapshot(), now)
                                + (routes.lacksWitness(config) ? Routes.UNWITNESSED : ""),
                reason(routes),
                routes.snapshot());
    }

    private SQLException noReplica(Routes routes) {
        Instant now = monitor.time().now();
        return new PostgresNoReplicaException(
                routes.hopeless()
                        ? denied(routes, now)
                        : "postgres: " + Waits.read(policy, config.reads().maxWait(), routes.snapshot(), now),
                reason(routes),
                routes.snapshot());
    }

    private static Reason reason(Routes routes) {
        return routes.hopeless() ? Reason.DENIED : Reason.NO_NODE;
    }

    private static String denied(Routes routes, Instant now) {
        return "postgres: " + Waits.denied("ha.postgres.username, password and database", routes.snapshot(), now);
    }

    private static SQLException noneFree(NodePool pool, SQLTransientConnectionException slice) {
        pool.timedOut();
        Optional<SQLException> unopened = pool.unopened();
        if (unopened.isPresent()) {
            SQLException why = unopened.get();
            return new PostgresUnavailableException(pool.node(), why);
        }
        String message = slice.getMessage();
        String numbers = message == null ? "" : message.substring(Math.max(0, message.indexOf('(')));
        return new PostgresOverloadedException(
                "no free connection to " + pool.node() + " in time " + numbers
                        + "; raise ha.postgres.pool.max-size, or hold connections for a shorter time",
                pool.node(),
                slice);
    }
}
