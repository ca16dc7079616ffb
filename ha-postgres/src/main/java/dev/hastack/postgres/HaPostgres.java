package dev.hastack.postgres;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.config.AbandonedEpoch;
import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.ProbeConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.ReadRouting;
import dev.hastack.core.topology.Snapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL of an open stack: {@code stack.get(HaPostgres.class)}. Its three {@link DataSource}s share one pool per node;
 * they differ in whom they ask. Where no node can serve, a call waits for the topology, at most {@code
 * ha.postgres.writes.wait} or {@code reads.wait}, and then fails with a {@link PostgresNoPrimaryException} or {@link
 * PostgresNoReplicaException} that has the topology in its message; after the stack is closed, with a {@link
 * PostgresClosedException}. Thread-safe.
 */
public final class HaPostgres implements Store {
    private final PostgresConfig config;
    private final PostgresPools pools;
    private final Monitor monitor;
    private final PostgresHealth health;
    private final DataSource routed;
    private final DataSource primary;
    private final DataSource replica;

    private HaPostgres(PostgresConfig config, PostgresPools pools, Monitor monitor, PostgresHealth health, Gate gate) {
        this.config = config;
        this.pools = pools;
        this.monitor = monitor;
        this.health = health;
        this.routed = dataSource(() -> new LazyConnection(gate, config.database()));
        this.primary = dataSource(gate::primary);
        this.replica = dataSource(gate::replica);
    }

    static HaPostgres open(StoreContext context, PostgresConfig config) {
        return open(context, config, new DriverConnectors(config, applicationName(context.config())));
    }

    static HaPostgres open(StoreContext context, PostgresConfig config, Connectors connectors) {
        StackConfig stack = context.config();
        ReadRouting reads = reads(context, config);
        PostgresPools pools = new PostgresPools(config, connectors, reads, witnessWithin(stack.probe()));
        Monitor monitor = new Monitor(
                new Monitor.Settings(
                        "postgres",
                        config.nodes().keySet(),
                        config.identity(),
                        stack.probe().interval(config.reads().maxLag()),
                        stack.probe().timeout(),
                        config.connectTimeout(),
                        config.epochFile(),
                        config.writes().abandonedEpoch() == AbandonedEpoch.ADOPT),
                pools,
                context.events(),
                context.time(),
                context.machine());
        pools.reportTo(monitor);
        Gate gate = new Gate(pools, monitor, config, reads.policy());
        monitor.start();
        pools.watchSilence();
        return new HaPostgres(config, pools, monitor, new PostgresHealth(config, pools), gate);
    }

    private static ReadRouting reads(StoreContext context, PostgresConfig config) {
        return context.reads(
                config.reads().prefer(),
                config.reads().fallback(),
                config.reads().maxLag(),
                config.nodes().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                node -> new ReadRouting.Place(
                                        node.getValue().stack(), node.getValue().zone()))));
    }

    /** Two probes of a witness in calm times, one of which may have been lost. */
    private static Duration witnessWithin(ProbeConfig probe) {
        return probe.interval().multipliedBy(2).plus(probe.timeout());
    }

    /** As the server shows it: which program of which stack holds this connection. */
    private static String applicationName(StackConfig config) {
        return "ha-stack" + config.stack().map(name -> " " + name).orElse("") + " " + config.service();
    }

    /**
     * Routes each transaction: to a replica if {@link Connection#setReadOnly} was set before its first statement, to the
     * primary otherwise. A connection takes a real one at its first statement, so asking for one costs nothing and works
     * with frameworks that announce "read-only" late.
     */
    public DataSource dataSource() {
        return routed;
    }

    /** Always the primary, by HikariCP's own connections. */
    public DataSource primary() {
        return primary;
    }

    /**
     * The replicas that this stack reads from, within {@code ha.postgres.reads.max-lag}, by HikariCP's own connections,
     * set read-only; where there is none, what {@code ha.postgres.reads.fallback} says.
     *
     * <p>A write on such a connection fails on a replica. On a primary (by the fallback, or since the node was promoted
     * while the connection was out) it fails within a transaction, and in autocommit it is done: the driver tells the
     * server of read-only at the beginning of a transaction only, unless {@code ha.postgres.properties.readOnlyMode} is
     * {@code always}.
     */
    public DataSource replica() {
        return replica;
    }

    /** The topology as the last probes saw it; does no I/O. */
    public Snapshot topology() {
        return monitor.snapshot();
    }

    /**
     * Gives up the greatest epoch (timeline) known, as an operator may decide who knows that the node which has it will not come
     * back, or must not count if it does: from then on a primary of a lower one is written to. What was acknowledged in the epoch is
     * gone; the log, an event and health tell how much of that was this process's. A node that comes back with it is fenced until
     * it has followed. Concerns this process alone, and {@code ha.postgres.epoch-file}.
     *
     * @return whether it was given up: not if a node that answers shows it, nor if none is known
     */
    public boolean forgetEpoch() {
        return monitor.forgetEpoch();
    }

    /**
     * Hands the pools' metrics to this factory's trackers, for instance Micrometer's: of all pools, under {@code
     * ha-postgres-<node>}, those that exist and all to come. May be called at any time; the last call wins.
     */
    public void metrics(MetricsTrackerFactory factory) {
        pools.bind(factory);
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public StoreHealth health() {
        return health.of(pools.routes(), monitor.time().now());
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return monitor.await(() -> ready() ? Optional.of(true) : Optional.empty(), timeout)
                .isPresent();
    }

    private boolean ready() {
        Routes routes = pools.routes();
        return routes.complete() && !routes.readers().isEmpty() && (routes.writer() != null || !config.writable());
    }

    @Override
    public boolean close(Duration drain) {
        pools.closeWithin(drain);
        monitor.close();
        return pools.awaitRetired();
    }

    private DataSource dataSource(Opener opener) {
        return new SourceDataSource(new Source(opener, pools));
    }

    private interface Opener {
        Connection open() throws SQLException;
    }

    /** A role's connections; unwraps to the pool of the present primary, for tools that ask for HikariCP's. */
    private record Source(Opener opener, PostgresPools pools) implements ConnectionSource {
        @Override
        public Connection get() throws SQLException {
            return opener.open();
        }

        private @Nullable HikariDataSource pool() {
            NodePool pool = pools.routes().primary();
            return pool == null ? null : pool.hikari();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            HikariDataSource pool = pool();
            if (pool != null && type.isInstance(pool)) {
                return type.cast(pool);
            }
            throw new SQLException(
                    type.isAssignableFrom(HikariDataSource.class)
                            ? "no pool to unwrap to: there is no primary now"
                            : "not a wrapper for " + type.getName());
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return type.isInstance(pool());
        }
    }
}
