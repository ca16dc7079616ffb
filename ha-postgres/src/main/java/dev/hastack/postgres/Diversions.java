package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The bulkhead of reads that go to the primary since no replica serves them: a share of its pool, so that they cannot crowd
 * out the writes. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-29.
 */
final class Diversions {
    private final PostgresConfig config;
    private final int most;
    private final Bulkhead bulkhead;

    Diversions(PostgresConfig config) {
        this.config = config;
        this.most = config.reads().primaryShare().of(config.pool().maxSize());
        this.bulkhead = Bulkhead.of(
                "ha-postgres-diverted-reads",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(most)
                        .maxWaitDuration(NodePool.SLICE)
                        .writableStackTraceEnabled(false)
                        .build());
    }

    /** Takes a place, to be given back by {@link #leave}; false if none became free within a slice. */
    boolean enter() {
        return bulkhead.tryAcquirePermission();
    }

    void leave() {
        bulkhead.releasePermission();
    }

    /** Gives a place back when it is run first; a connection may be closed and aborted by two threads. */
    Runnable leavingOnce() {
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                leave();
            }
        };
    }

    SQLException full(NodePool pool) {
        return new PostgresOverloadedException(
                "no place in time for a read that no replica serves: all " + most + " of " + pool.node() + "'s "
                        + config.pool().maxSize()
                        + " connections that are for such reads are in use; see ha.postgres.reads.primary-share",
                pool.node(),
                null);
    }
}
