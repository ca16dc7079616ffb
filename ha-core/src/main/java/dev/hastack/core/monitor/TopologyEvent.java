package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Snapshot;

/**
 * One change of one store's topology.
 *
 * @param store {@code postgres}, {@code redis} or {@code elasticsearch}
 * @param change what became different
 * @param snapshot the topology after it; of a Redis Cluster, its nodes with their roles, and no more
 */
public record TopologyEvent(String store, Change change, Snapshot snapshot) {}
