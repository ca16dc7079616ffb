package dev.hastack.postgres;

import com.zaxxer.hikari.metrics.IMetricsTracker;

/**
 * Passes on to the node's present tracker, the user's. A pool has it only once one was bound, since HikariCP reads the clock
 * for it. Closing the pool closes no tracker of the user's: that is the node's, and lives through generations.
 */
record PoolTracker(NodeMetrics metrics) implements IMetricsTracker {

    @Override
    public void recordConnectionUsageMillis(long elapsed) {
        IMetricsTracker t = metrics.users();
        if (t != null) {
            t.recordConnectionUsageMillis(elapsed);
        }
    }

    @Override
    public void recordConnectionAcquiredNanos(long elapsed) {
        IMetricsTracker t = metrics.users();
        if (t != null) {
            t.recordConnectionAcquiredNanos(elapsed);
        }
    }

    @Override
    public void recordConnectionCreatedMillis(long elapsed) {
        IMetricsTracker t = metrics.users();
        if (t != null) {
            t.recordConnectionCreatedMillis(elapsed);
        }
    }

    /** HikariCP's timeouts are but slices of a caller's wait, and are not passed on. */
    @Override
    public void recordConnectionTimeout() {}
}
