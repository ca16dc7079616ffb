package dev.hastack.postgres;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
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

/** One pool for each node, whose gate decides which one a connection is of. Thread-safe. */
final class PooledPostgres implements HaPostgres {
    private final PostgresConfig config;
    private final PostgresPools pools;
    private final Monitor monitor;
    private final PostgresHealth health;
    private final DataSource routed;
    private final DataSource primary;
    private final DataSource replica;

    private PooledPostgres(
            PostgresConfig config, PostgresPools pools, Monitor monitor, PostgresHealth health, Gate gate) {
        this.config = config;
        this.pools = pools;
        this.monitor = monitor;
        this.health = health;
        this.routed = dataSource(() -> new LazyConnection(gate, config.database()));
        this.primary = dataSource(gate::primary);
        this.replica = dataSource(gate::replica);
    }

    static PooledPostgres open(StoreContext context, PostgresConfig config) {
        return open(context, config, new DriverConnectors(config, applicationName(context.config())));
    }

    static PooledPostgres open(StoreContext context, PostgresConfig config, Connectors connectors) {
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
        return new PooledPostgres(config, pools, monitor, new PostgresHealth(config, pools), gate);
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

    @Override
    public DataSource dataSource() {
        return routed;
    }

    @Override
    public DataSource primary() {
        return primary;
    }

    @Override
    public DataSource replica() {
        return replica;
    }

    @Override
    public Snapshot topology() {
        return monitor.snapshot();
    }

    @Override
    public boolean forgetEpoch() {
        return monitor.forgetEpoch();
    }

    @Override
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
