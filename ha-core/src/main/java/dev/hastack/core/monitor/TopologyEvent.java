package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Snapshot;

/** One change of one store's topology. Immutable. */
public interface TopologyEvent {

    /** Returns {@code postgres}, {@code redis} or {@code elasticsearch}. */
    String store();

    /** Returns what became different. */
    Change change();

    /** Returns the topology after the change. */
    Snapshot snapshot();
}
