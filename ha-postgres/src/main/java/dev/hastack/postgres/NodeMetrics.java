package dev.hastack.postgres;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.PoolStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's metrics, over all generations of its pool: the user's tracker is made once, since registries of metrics
 * refuse or mix up two of one name, and reads the numbers of whatever pool is the present one. Thread-safe.
 */
final class NodeMetrics extends PoolStats {
    private static final Logger log = LoggerFactory.getLogger(NodeMetrics.class);

    private final String poolName;
    private volatile @Nullable PoolStats current;
    private volatile @Nullable IMetricsTracker users;

    NodeMetrics(String poolName) {
        // HikariCP's own pools refresh their numbers once a second.
        super(Duration.ofSeconds(1).toMillis());
        this.poolName = poolName;
    }

    /** The numbers are this pool's from now on. */
    void follow(PoolStats pool) {
        current = pool;
    }

    @Override
    protected void update() {
        PoolStats pool = current;
        if (pool != null) {
            totalConnections = pool.getTotalConnections();
            idleConnections = pool.getIdleConnections();
            activeConnections = pool.getActiveConnections();
            pendingThreads = pool.getPendingThreads();
            maxConnections = pool.getMaxConnections();
            minConnections = pool.getMinConnections();
        }
    }

    /** Passes on to a tracker of this factory from now on; one that throws is logged and not used. */
    void bind(MetricsTrackerFactory factory) {
        close();
        try {
            users = factory.create(poolName, this);
        } catch (RuntimeException e) {
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("pool", poolName)
                    .log("no metrics of {}: the tracker's factory threw", poolName);
        }
    }

    /** The user's tracker, if one is bound. */
    @Nullable
    IMetricsTracker users() {
        return users;
    }

    void close() {
        IMetricsTracker tracker = users;
        users = null;
        if (tracker != null) {
            tracker.close();
        }
    }
}
