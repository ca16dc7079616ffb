package dev.hastack.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * HikariCP's data source without its four lines in the log for each life of a pool: that a node is up or down is said with its reason by
 * the topology's own line, and a node that comes and goes would bury that under its pool's. Thread-safe.
 */
final class UnloggedPool extends HikariDataSource {
    private final HikariPool pool;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Returns at once, as a pool does that may not fail at its start; connections are opened in the background. */
    UnloggedPool(HikariConfig config) {
        config.validate();
        config.copyStateTo(this);
        this.pool = new HikariPool(this);
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (closed.get()) {
            throw new SQLException(getPoolName() + " has been closed");
        }
        return pool.getConnection();
    }

    @Override
    public void setMetricsTrackerFactory(MetricsTrackerFactory factory) {
        super.setMetricsTrackerFactory(factory);
        pool.setMetricsTrackerFactory(factory);
    }

    @Override
    public void setMetricRegistry(Object registry) {
        super.setMetricRegistry(registry);
        pool.setMetricRegistry(registry);
    }

    @Override
    public void setHealthCheckRegistry(Object registry) {
        super.setHealthCheckRegistry(registry);
        pool.setHealthCheckRegistry(registry);
    }

    @Override
    public boolean isRunning() {
        return pool.poolState == HikariPool.POOL_NORMAL;
    }

    @Override
    public HikariPoolMXBean getHikariPoolMXBean() {
        return pool;
    }

    @Override
    public void evictConnection(Connection connection) {
        // As HikariCP's own: it can evict nothing but what it has lent.
        if (!closed.get() && connection.getClass().getName().startsWith("com.zaxxer.hikari")) {
            pool.evictConnection(connection);
        }
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            pool.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return getPoolName();
    }
}
