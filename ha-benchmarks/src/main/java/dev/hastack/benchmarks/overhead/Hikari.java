package dev.hastack.benchmarks.overhead;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;

/** HikariCP's pools over the stubs, all alike in size and settings. */
final class Hikari {
    static final int SIZE = 10;

    private Hikari() {}

    /** As it is. */
    static HikariConfig bare() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(SIZE);
        config.setMinimumIdle(SIZE);
        config.setDriverClassName(StubDriver.class.getName());
        return config;
    }

    /** With a metrics tracker that does nothing, as every monitored pool has one that does something. */
    static HikariConfig tracked() {
        HikariConfig config = bare();
        config.setMetricsTrackerFactory((name, stats) -> new IMetricsTracker() {});
        return config;
    }

    /** Of connections to the node with this name. */
    static HikariDataSource pool(HikariConfig config, String node) {
        config.setJdbcUrl(StubDriver.url(node));
        return new HikariDataSource(config);
    }
}
