/**
 * The pure state machine of one store's topology: {@link dev.hastack.core.topology.Topology#step} takes a snapshot and
 * an input and returns the next snapshot, what changed, and what to do. No thread, clock, log or I/O; all values are
 * immutable.
 */
@NullMarked
package dev.hastack.core.topology;

import org.jspecify.annotations.NullMarked;
