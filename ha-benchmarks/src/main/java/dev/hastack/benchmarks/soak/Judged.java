package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.postgres.HaPostgres;
import java.util.concurrent.atomic.LongAdder;

/**
 * Leaves reads out for which another promise holds: without a primary lag is measured against the most advanced replica,
 * so only a read counts during which there was a primary and the topology stood still.
 *
 * @param left how many were left out
 */
record Judged(Session session, HaPostgres postgres, LongAdder left) implements Session {
    /** What a read shows that cannot be too old. */
    private static final long NEWEST = Long.MAX_VALUE - 1;

    @Override
    public void write(long id) throws Exception {
        session.write(id);
    }

    @Override
    public long read() throws Exception {
        Snapshot before = postgres.topology();
        long shown = session.read();
        if (before.primary().isPresent() && postgres.topology().version() == before.version()) {
            return shown;
        }
        left.increment();
        return NEWEST;
    }

    @Override
    public boolean tellsUnknown(Exception failure) {
        return session.tellsUnknown(failure);
    }

    @Override
    public void renew() {
        session.renew();
    }

    @Override
    public void close() {
        session.close();
    }
}
