package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Snapshot;

/** A change as the monitor of a store offers it to listeners. */
record StoreChange(String store, Change change, Snapshot snapshot) implements TopologyEvent {}
