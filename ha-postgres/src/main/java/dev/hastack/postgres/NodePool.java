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
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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

    /** How the names of all pools begin. */
    static final String PREFIX = "ha-postgres-";

    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration FAILURE_COUNTS = Duration.ofSeconds(15);
    private static final Duration KEEP_ALIVE = Duration.ofMinutes(1);
    /** How long the death of an idle connection counts, and what is no refusal but silence until HikariCP's patience ended. */
    private static final Duration DEATH_COUNTS = Duration.ofSeconds(10);

    private static final Duration SILENCE = SLICE.dividedBy(2);

    private static final Duration MOST_PATIENCE = Duration.ofSeconds(2);
    private static final int ANSWERS = 3;
    private static final Duration REFILL = Duration.ofSeconds(1);

    private record SilentDeath(Duration after, Deadline counts) {}

    private final Consumer<SQLException> errors;
    private final Duration connectTimeout;
    private final Queue<SilentDeath> silent = new ConcurrentLinkedQueue<>();
    private final String node;
    private final int generation;
    private final NodeSockets sockets;
    private final Returns returns = new Returns();
    private final StandbySessions standbys;
    private final LeftSessions left;
    private final NodeBreaker breaker;
    private final String socketsKey;
    private final NodeMetrics metrics;
    private final Lifetimes lifetimes;
    private final Supplier<Duration> answers;
    private final HikariDataSource pool;
    private final @Nullable HikariPoolMXBean stats;
    private final AtomicBoolean tracked = new AtomicBoolean();
    private volatile boolean returned;
    private volatile boolean retired;
    private volatile boolean closed;
    private volatile boolean setUp;
    private volatile boolean tookWrites;
    private volatile @Nullable SQLException connectFailure;
    private volatile Deadline failed = Deadline.in(Duration.ZERO);
    /** Since when a connection is being opened; HikariCP opens one at a time. */
    private volatile @Nullable Deadline connecting;

    /**
     * Returns at once; connections are opened in the background.
     *
     * @param connector makes a connector for a key of the socket registry
     * @param answers how long an answer of the node takes now
     * @param errors told every error of the pool's connections before the caller sees it, on the caller's thread, and of
     *     connections that could not be made
     * @param calls told every error of the pool's connections that a caller sees, and no other
     */
    NodePool(
            String node,
            int generation,
            PostgresConfig config,
            NodeMetrics metrics,
            RoleReports reports,
            Function<String, Connector> connector,
            Supplier<Duration> answers,
            Consumer<SQLException> errors,
            Consumer<SQLException> calls) {
        this.errors = errors;
        this.connectTimeout = config.connectTimeout();
        this.answers = answers;
        this.node = node;
        this.generation = generation;
        this.sockets = new NodeSockets(node);
        this.left = new LeftSessions(errors);
        this.standbys = new StandbySessions(reports);
        this.socketsKey = NodeSocketFactory.register(sockets);
        this.breaker = new NodeBreaker(PREFIX + node, returns::total);
        this.metrics = metrics;
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(PREFIX + node);
        hikari.setDataSource(new SourceDataSource(physical(connector.apply(socketsKey), errors)));
        hikari.setMaximumPoolSize(config.pool().maxSize());
        hikari.setMinimumIdle(config.pool().warm());
        hikari.setConnectionTimeout(SLICE.toMillis());
        hikari.setValidationTimeout(SLICE.toMillis());
        hikari.setMaxLifetime(config.pool().maxLifetime().toMillis());
        // A firewall forgets what is idle; what it has forgotten all the same is found out before a caller gets it.
        hikari.setKeepaliveTime(KEEP_ALIVE.compareTo(config.pool().maxLifetime()) < 0 ? KEEP_ALIVE.toMillis() : 0);
        if (config.pool().warm() < config.pool().maxSize()) {
            hikari.setIdleTimeout(config.pool().idleTimeout().toMillis());
        }
        // A node that is down must not fail the start: connections come when it does.
        hikari.setInitializationFailTimeout(-1);
        hikari.setExceptionOverride(new ErrorHook(errors, calls));
        ThreadFactory threads = runnable -> {
            Thread thread = new Thread(runnable, PREFIX + node + "-pool");
            thread.setDaemon(true);
            return thread;
        };
        hikari.setThreadFactory(threads);
        this.lifetimes = new Lifetimes(threads);
        hikari.setScheduledExecutor(lifetimes);
        this.pool = new UnloggedPool(hikari);
        this.stats = pool.getHikariPoolMXBean();
    }

    private ConnectionSource physical(Connector connector, Consumer<SQLException> errors) {
        return new ConnectionSource() {
            @Override
            public Connection get() throws SQLException {
                if (generation > 0) {
                    awaitTurn();
                }
                connecting = Deadline.in(Duration.ZERO);
                try {
                    AtomicLong count = new AtomicLong();
                    Connection connection = sockets.connect(connector, () -> noteReturn(count));
                    returns.opened(connection, count);
                    standbys.opened(connection);
                    if (connection instanceof NodeConnection own) {
                        own.ownedBy(NodePool.this);
                        lifetimes.opened(own);
                    } else {
                        setUp = true;
                    }
                    if (setUp) {
                        connectFailure = null;
                    }
                    return connection;
                } catch (SQLException e) {
                    connectFailure = e;
                    failed = Deadline.in(Duration.ZERO);
                    errors.accept(e);
                    throw e;
                } finally {
                    connecting = null;
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

    private void noteReturn(AtomicLong count) {
        Returns.count(count);
        // While nobody has looked since the last return, it does not even write: a shared cache line.
        if (!returned) {
            returned = true;
        }
        breaker.returned();
    }

    /** How many times a caller gave a connection back. */
    long returns() {
        return returns.total();
    }

    /** Whether a connection came back since the last call. */
    boolean takeReturned() {
        breaker.look();
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

    NodeSockets sockets() {
        return sockets;
    }

    /** How long an idle connection may take to show that it is alive: longer than its node takes to answer the probe, and its callers, now. */
    Duration patience() {
        Duration probes = answers.get();
        Duration callers = sockets.answers().quickest(System.nanoTime());
        Duration slow = (probes.compareTo(callers) > 0 ? probes : callers).multipliedBy(ANSWERS);
        return slow.compareTo(SLICE) < 0 ? SLICE : slow.compareTo(MOST_PATIENCE) > 0 ? MOST_PATIENCE : slow;
    }

    /** A connection was found dead before it was lent, after this time. */
    void died(Duration after) {
        if (after.compareTo(SILENCE) < 0) {
            errors.accept(new SQLException("a connection that was idle has ended", "08006"));
        } else {
            silent.add(new SilentDeath(after, Deadline.in(DEATH_COUNTS)));
            // Perhaps it was only slow: where all are, the next ones have longer.
            sockets.answers().came(after.toNanos(), System.nanoTime());
        }
    }

    /** Whether HikariCP knows what it asks the first connection of a pool for. */
    boolean isSetUp() {
        return setUp;
    }

    /** The first connection has answered what HikariCP asks it for. */
    void becomesSetUp() {
        setUp = true;
        connectFailure = null;
    }

    /** A connection was made, and HikariCP cannot use it. */
    void notSetUp(SQLException why) {
        connectFailure = why;
        failed = Deadline.in(Duration.ZERO);
    }

    /**
     * How many of its idle connections were found in the last seconds to answer nothing for longer than an answer takes. What had
     * less time is forgotten: it was only slow.
     */
    int silentDeaths(Duration answer) {
        silent.removeIf(death -> death.counts().passed() || death.after().compareTo(answer) <= 0);
        return silent.size();
    }

    /** Closes all its connections: idle ones now, those that are lent when they come back; HikariCP opens others. */
    void replaceAll() {
        silent.clear();
        if (stats != null && !retired) {
            stats.softEvictConnections();
        }
    }

    /** Sessions that a borrower may have left otherwise than it got them. */
    LeftSessions left() {
        return left;
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

    /**
     * Why the last attempt to open a connection failed, if none has succeeded since. HikariCP tries again every few seconds while it
     * wants one; of a failure that is older nobody knows whether it would still be one.
     */
    @Nullable
    SQLException connectFailure() {
        return failed.ago().compareTo(FAILURE_COUNTS) > 0 ? null : connectFailure;
    }

    /** Why no connection could be opened, where that is why none is to be had. */
    Optional<SQLException> unopened() {
        SQLException failure = connectFailure();
        if (failure != null) {
            return Optional.of(failure);
        }
        return connectsSince(Duration.ZERO).map(why -> new SQLTransientConnectionException(why, "08001"));
    }

    /** That the first connection has been connecting for longer than that. */
    private Optional<String> connectsSince(Duration longer) {
        Deadline since = connecting;
        return since == null || !empty() || since.ago().compareTo(longer) < 0
                ? Optional.empty()
                : Optional.of("one has been connecting for " + since.ago().toMillis()
                        + " ms, and the server has not let it in yet");
    }

    /** Why connections cannot be opened, as far as is known now: the last could not, or the first takes longer than one may. */
    Optional<String> cannotOpen() {
        SQLException failure = connectFailure();
        return failure == null ? connectsSince(connectTimeout) : Optional.of(String.valueOf(failure.getMessage()));
    }

    /** Whether it has no connection, lent or not. */
    boolean empty() {
        return stats != null && !retired && stats.getTotalConnections() == 0;
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
        lifetimes.shutdownNow();
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
