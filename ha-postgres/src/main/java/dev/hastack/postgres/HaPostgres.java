package dev.hastack.postgres;

import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.hastack.core.Store;
import dev.hastack.core.topology.Snapshot;
import java.sql.Connection;
import javax.sql.DataSource;

/**
 * PostgreSQL of an open stack: {@code stack.get(HaPostgres.class)}. Its three {@link DataSource}s share one pool per node;
 * they differ in which nodes they ask. Where no node can serve, a call waits for the topology, at most {@code
 * ha.postgres.writes.wait} or {@code reads.wait}, and then fails with a {@link PostgresNoPrimaryException} or {@link
 * PostgresNoReplicaException} that has the topology in its message; after the stack is closed, with a {@link
 * PostgresClosedException}. Thread-safe.
 */
public interface HaPostgres extends Store {

    /**
     * Returns the data source that routes each transaction: to a replica if {@link Connection#setReadOnly} was set before
     * its first statement, to the primary otherwise. A connection takes a real one at its first statement, so asking for one
     * costs nothing and works with frameworks that announce "read-only" late.
     */
    DataSource dataSource();

    /** Returns the data source whose connections are always the primary's, and HikariCP's own. */
    DataSource primary();

    /**
     * Returns the data source whose connections are of the replicas that this stack reads from, within {@code
     * ha.postgres.reads.max-lag}, HikariCP's own, and set read-only. Where there is no such replica, they are what {@code
     * ha.postgres.reads.fallback} says.
     *
     * <p>A write on such a connection fails on a replica. On a primary (by the fallback, or since the node was promoted
     * while the connection was out) it fails within a transaction, and in autocommit it is done: the driver tells the
     * server of read-only at the beginning of a transaction only, unless {@code ha.postgres.properties.readOnlyMode} is
     * {@code always}.
     */
    DataSource replica();

    /** Returns the topology as the last probes saw it; does no I/O. */
    Snapshot topology();

    /**
     * Gives up the greatest epoch (timeline) known, as an operator may decide who knows that the node which has it will not come
     * back, or must not count if it does: from then on a primary of a lower one is written to. What was acknowledged in the epoch is
     * gone; the log, an event and health tell how much of that was this process's. A node that comes back with it is fenced until
     * it has followed. Concerns this process alone, and {@code ha.postgres.epoch-file}.
     *
     * @return whether it was given up: not if a node that answers shows it, nor if none is known
     */
    boolean forgetEpoch();

    /**
     * Hands the pools' metrics to this factory's trackers, for instance Micrometer's: of all pools, under {@code
     * ha-postgres-<node>}, those that exist and all to come. May be called at any time; the last call wins.
     */
    void metrics(MetricsTrackerFactory factory);
}
