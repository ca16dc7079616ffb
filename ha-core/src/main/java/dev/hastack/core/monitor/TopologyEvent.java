package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Snapshot;

/** One change of one store's topology. Immutable. */
public interface TopologyEvent {

    /** Returns {@code postgres}, {@code redis} or {@code elasticsearch}. */
    String store();

    /** Returns what became different. */
    Change change();

    /** Returns the topology after the change; of a Redis Cluster, its nodes with their roles, and no more. */
    Snapshot snapshot();

    /** Returns such a change, for store modules to report. */
    static TopologyEvent of(String store, Change change, Snapshot snapshot) {
        return new StoreChange(store, change, snapshot);
    }
}
