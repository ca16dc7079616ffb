/**
 * Which node a call goes to: pure functions over one {@link dev.hastack.core.topology.Snapshot}. {@link
 * dev.hastack.core.select.Selection#eligible} does the costly part once for each snapshot; what runs for each call
 * ({@link dev.hastack.core.select.Eligible#nodes} and {@link dev.hastack.core.select.Selection#choose}) allocates
 * nothing. No thread, clock, log or I/O.
 */
@NullMarked
package dev.hastack.core.select;

import org.jspecify.annotations.NullMarked;
