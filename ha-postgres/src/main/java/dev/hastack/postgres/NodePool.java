package dev.hastack.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.guard.NodeBreaker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one node and generation: a HikariCP pool over physical connections that can be aborted. It has no
 * role; roles are pointers to pools in {@link Routes}. Thread-safe. Longer than other files here because it is the one place
 * that knows how HikariCP behaves.
 */
final class NodePool {
    private static final Logger log = LoggerFactory.getLogger(NodePool.class);
    /**
     * HikariCP wakes none of its waiters when it is closed, so a caller waits in slices of HikariCP's smallest timeout
     * and looks at the topology between them.
     */
    static final Duration SLICE = Duration.ofMillis(250);

    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration REFILL = Duration.ofSeconds(1);

    private final String node;
    private final int generation;
    private final NodeSockets sockets;
    private final StandbySessions standbys = new StandbySessions();
    private final NodeBreaker breaker;
    private final String socketsKey;
    private final NodeMetrics metrics;
    private final HikariDataSource pool;
    private final @Nullable HikariPoolMXBean stats;
    private final AtomicBoolean tracked = new AtomicBoolean();
    private volatile boolean returned;
    private volatile boolean retired;
    private volatile boolean closed;
    private volatile boolean tookWrites;
    private volatile @Nullable SQLException connectFailure;

    /**
     * Returns at once; connections are opened in the background.
     *
     * @param connector makes a connector for a key of the socket registry
     * @param errors told every error of the pool's connections before the caller sees it, on the caller's thread, and of
     *     connections that could not be made
     */
    NodePool(
            String node,
            int generation,
            PostgresConfig config,
            NodeMetrics metrics,
            Function<String, Connector> connector,
            Consumer<SQLException> errors) {
        this.node = node;
        this.generation = generation;
        this.sockets = new NodeSockets(node);
        this.socketsKey = NodeSocketFactory.register(sockets);
        this.breaker = new NodeBreaker("ha-postgres-" + node, Clock.systemUTC());
        this.metrics = metrics;
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("ha-postgres-" + node);
        hikari.setDataSource(new SourceDataSource(physical(connector.apply(socketsKey), errors)));
        hikari.setMaximumPoolSize(config.pool().maxSize());
        hikari.setMinimumIdle(config.pool().warm());
        hikari.setConnectionTimeout(SLICE.toMillis());
        hikari.setValidationTimeout(SLICE.toMillis());
        hikari.setMaxLifetime(config.pool().maxLifetime().toMillis());
        if (config.pool().warm() < config.pool().maxSize()) {
            hikari.setIdleTimeout(config.pool().idleTimeout().toMillis());
        }
        // A node that is down must not fail the start: connections come when it does.
        hikari.setInitializationFailTimeout(-1);
        hikari.setExceptionOverride(new ErrorHook(errors));
        hikari.setThreadFactory(runnable -> {
            Thread thread = new Thread(runnable, "ha-postgres-" + node + "-pool");
            thread.setDaemon(true);
            return thread;
        });
        this.pool = new HikariDataSource(hikari);
        this.stats = pool.getHikariPoolMXBean();
    }

    private ConnectionSource physical(Connector connector, Consumer<SQLException> errors) {
        return new ConnectionSource() {
            @Override
            public Connection get() throws SQLException {
                if (generation > 0) {
                    awaitTurn();
                }
                try {
                    Connection connection = sockets.connect(connector, NodePool.this::noteReturn);
                    standbys.opened(connection);
                    connectFailure = null;
                    return connection;
                } catch (SQLException e) {
                    connectFailure = e;
                    errors.accept(e);
                    throw e;
                }
            }

            @Override
            public <T> T unwrap(Class<T> type) throws SQLException {
                throw new SQLException("not a wrapper for " + type.getName());
            }

            @Override
            public boolean isWrapperFor(Class<?> type) {
                return false;
            }
        };
    }

    /**
     * Before each connection to a node that has come back: a pause of up to a second, at random, so that a fleet does not
     * storm it; none while a caller waits for a connection. HikariCP opens them one after the other.
     */
    private void awaitTurn() {
        Deadline turn =
                Deadline.in(Duration.ofNanos((long) (ThreadLocalRandom.current().nextDouble() * REFILL.toNanos())));
        while (!turn.passed() && !retired && awaited() == 0) {
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** How many callers wait for a connection. */
    private int awaited() {
        return stats == null || retired ? 0 : stats.getThreadsAwaitingConnection();
    }

    String node() {
        return node;
    }

    int generation() {
        return generation;
    }

    boolean retired() {
        return retired;
    }

    /** Whether it is closed, after it was retired. */
    boolean closed() {
        return closed;
    }

    /** Its node is the primary. */
    void takesWrites() {
        tookWrites = true;
    }

    /** Whether its node was the primary in this generation. */
    boolean tookWrites() {
        return tookWrites;
    }

    /**
     * Frees whoever waits for an answer.
     *
     * @param reason told to those who are freed
     */
    void abort(String reason) {
        sockets.abort(reason);
    }

    /** Sends its metrics to the user's tracker from now on, if one is bound; may be called again. */
    void track() {
        if (metrics.users() != null && tracked.compareAndSet(false, true)) {
            pool.setMetricsTrackerFactory((name, poolStats) -> {
                metrics.follow(poolStats);
                return new PoolTracker(metrics);
            });
        }
    }

    private void noteReturn() {
        // While nobody has looked since the last return, it does not even write: a shared cache line.
        if (!returned) {
            returned = true;
        }
        breaker.returned();
    }

    /** Whether a connection came back since the last call. */
    boolean takeReturned() {
        boolean was = returned;
        if (was) {
            returned = false;
        }
        return was;
    }

    /** A caller waited in vain for a connection. */
    void timedOut() {
        IMetricsTracker users = metrics.users();
        if (users != null) {
            users.recordConnectionTimeout();
        }
    }

    NodeBreaker breaker() {
        return breaker;
    }

    StandbySessions standbys() {
        return standbys;
    }

    HikariDataSource hikari() {
        return pool;
    }

    /**
     * HikariCP's own connection, with nothing wrapped around it; waits for at most {@link #SLICE} for a free one.
     *
     * @throws SQLTransientConnectionException if none was free in that time, with HikariCP's reason
     * @throws SQLException if the pool was retired
     */
    Connection borrow() throws SQLException {
        return pool.getConnection();
    }

    /** Why the last attempt to open a connection failed, if none has succeeded since. */
    @Nullable
    SQLException connectFailure() {
        return connectFailure;
    }

    /** How many are lent. */
    int inUse() {
        return stats == null || retired ? 0 : stats.getActiveConnections();
    }

    /** How many are lent, and how many callers wait for one that is busy or still being opened. */
    int wanted() {
        return inUse() + awaited();
    }

    /**
     * Lends no more from now on; {@link #drain} has to follow. With {@code interrupt}, whoever waits for an answer is freed.
     *
     * @param reason told to those who are freed
     */
    void retire(boolean interrupt, String reason) {
        retired = true;
        if (stats != null) {
            // HikariCP would refill what it evicts.
            pool.setMinimumIdle(0);
            // Before the sockets are closed: a caller who gives back a connection after its work was acknowledged would
            // else
            // get an error for that, and take the work for failed.
            stats.softEvictConnections();
        }
        if (interrupt) {
            sockets.abort(reason);
        }
    }

    /**
     * Closes the pool: at once if it was interrupted, else when the last connection came back, and at the latest after
     * a deadline. Blocks.
     *
     * @param until the deadline, asked anew all the time: closing the stack may bring it forward
     * @return whether all came back in time
     */
    boolean drain(Supplier<Deadline> until) {
        if (stats != null) {
            // HikariCP tells nobody of the last return, so this looks; on a thread of its own, once in a pool's life.
            while (stats.getActiveConnections() > 0 && !until.get().passed()) {
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
        boolean drained = stats == null || stats.getActiveConnections() == 0;
        sockets.abort("its pool was retired");
        pool.close();
        closed = true;
        NodeSocketFactory.unregister(socketsKey);
        log.atDebug()
                .addKeyValue("node", node)
                .addKeyValue("generation", generation)
                .log("pool of {} generation {} closed", node, generation);
        return drained;
    }

    @Override
    public String toString() {
        return node + "#" + generation;
    }
}
