package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Lends connections by role. While the role has a node and its gate is open, that is one volatile read and HikariCP's own
 * borrow; otherwise the caller waits here for the topology, and not inside a pool that nobody will serve. Thread-safe.
 */
final class Gate {
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
            throw new NotWritableException();
        }
        return await(Routes::writer, forWrites, config.writes().maxWait(), this::noPrimary);
    }

    /** HikariCP's own connection to the best node for reads, set read-only; that of a diverted read is wrapped. */
    Connection replica() throws SQLException {
        Routes routes = pools.routes();
        NodePool pool = routes.reader();
        if (pool != null && !routes.diverts(pool)) {
            Connection connection = tryBorrow(pool);
            if (connection != null && checked(connection, pool, forReads)) {
                return connection;
            }
        }
        return await(Routes::reader, forReads, config.reads().maxWait(), this::noReplica);
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
            passes = !pool.retired() && check.passes(connection, pool);
        } finally {
            if (!passes) {
                connection.close();
            }
        }
        return passes;
    }

    /**
     * The role check. A connection that is still on a standby was opened before the promotion and has not been used since,
     * which one round trip proves, or its node is no primary, whatever the topology says.
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
        boolean alive =
                connection.isValid(Math.max(1, (int) config.connectTimeout().toSeconds()));
        if (alive && standbys.isOnPrimary(session)) {
            return true;
        }
        pool.hikari().evictConnection(connection);
        if (alive) {
            monitor.report(
                    pool.node(),
                    pool.generation(),
                    Kind.NOT_PRIMARY,
                    new SQLException("a connection to " + pool.node() + " says that it is in recovery", "25006"));
        }
        return false;
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
        Deadline free = Deadline.in(config.pool().connectionTimeout());
        while (true) {
            NodePool pool = choice.apply(pools.routes());
            if (pool == null) {
                pool = awaitPool(choice, topology, nobody);
                free = Deadline.in(config.pool().connectionTimeout());
            }
            boolean diverted = check == forReads && pools.routes().diverts(pool);
            if (diverted && !diversions.enter()) {
                // An open breaker may have sent it here: a replica that may fail is better than none.
                NodePool replica = pools.routes().preferred();
                if (replica != null && !pools.routes().diverts(replica)) {
                    pool = replica;
                    diverted = false;
                } else if (free.passed() || Thread.currentThread().isInterrupted()) {
                    throw diversions.full(pool);
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
                throw nobody.apply(pools.routes());
            }
        }
    }

    /** As {@link #tryBorrow}, but to wait longer than until the deadline is an error. */
    private static @Nullable Connection borrow(NodePool pool, Deadline free) throws SQLException {
        try {
            return pool.borrow();
        } catch (SQLTransientConnectionException e) {
            if (free.passed()) {
                throw noneFree(pool, e);
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
            try {
                routes = monitor.await(() -> decided(choice), deadline.left()).orElseGet(pools::routes);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLTransientConnectionException(
                        "interrupted while waiting for "
                                + routes.snapshot().describe(monitor.time().now()),
                        "08001",
                        e);
            }
            pool = choice.apply(routes);
        }
        if (routes.closed()) {
            throw new StackClosedException();
        } else if (pool == null) {
            throw nobody.apply(routes);
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
        return new NoPrimaryException(
                routes.hopeless()
                        ? denied(routes, now)
                        : "postgres: " + Waits.write(config.writes().maxWait(), routes.snapshot(), now)
                                + (routes.lacksWitness(config) ? Routes.UNWITNESSED : ""));
    }

    private SQLException noReplica(Routes routes) {
        Instant now = monitor.time().now();
        return new NoReplicaException(
                routes.hopeless()
                        ? denied(routes, now)
                        : "postgres: " + Waits.read(policy, config.reads().maxWait(), routes.snapshot(), now));
    }

    private static String denied(Routes routes, Instant now) {
        return "postgres: every node denies access, so that waiting is in vain: check ha.postgres.username, password and"
                + " database; " + routes.snapshot().describe(now);
    }

    private static SQLException noneFree(NodePool pool, SQLTransientConnectionException slice) {
        pool.timedOut();
        SQLException failure = pool.connectFailure();
        if (failure != null) {
            return new SQLTransientConnectionException(
                    "no connection to " + pool.node() + " could be opened in time (" + failure.getMessage() + ")",
                    failure.getSQLState(),
                    failure);
        }
        String message = slice.getMessage();
        String numbers = message == null ? "" : message.substring(Math.max(0, message.indexOf('(')));
        return new SQLTransientConnectionException(
                "no free connection to " + pool.node() + " in time " + numbers
                        + "; raise ha.postgres.pool.max-size, or hold connections for a shorter time",
                slice.getSQLState(),
                slice);
    }
}
