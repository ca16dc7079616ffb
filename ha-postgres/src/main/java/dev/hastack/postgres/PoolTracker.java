package dev.hastack.postgres;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.hastack.core.guard.NodeBreaker;

/**
 * Notes that a connection came back, and passes everything on to the user's own tracker, also when that is bound later.
 * It reads no clock; while nobody has looked since the last return, it does not even write. Closing the pool closes no
 * tracker of the user's: that is the node's, and lives through generations.
 */
final class PoolTracker implements IMetricsTracker {
    private final NodeMetrics metrics;
    private final NodeBreaker breaker;
    private volatile boolean returned;

    PoolTracker(NodeMetrics metrics, NodeBreaker breaker) {
        this.metrics = metrics;
        this.breaker = breaker;
    }

    /** Whether a connection came back since the last call. */
    boolean returned() {
        boolean was = returned;
        if (was) {
            returned = false;
        }
        return was;
    }

    /** A caller waited in vain; Hikari's own timeouts are but slices of that wait and are not passed on. */
    void timedOut() {
        IMetricsTracker t = metrics.users();
        if (t != null) {
            t.recordConnectionTimeout();
        }
    }

    @Override
    public void recordConnectionUsageMillis(long elapsed) {
        if (!returned) {
            returned = true;
        }
        breaker.returned();
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
}
