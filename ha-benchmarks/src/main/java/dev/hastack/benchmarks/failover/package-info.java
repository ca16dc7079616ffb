/**
 * What becomes of a program's writes when a server fails, for ha-stack and for what is used in its place, in the same
 * run: a {@link dev.hastack.benchmarks.failover.Round} lets one {@link dev.hastack.benchmarks.failover.Client} write to a
 * real cluster while one {@link dev.hastack.benchmarks.failover.Fault} strikes it.
 */
@NullMarked
package dev.hastack.benchmarks.failover;

import org.jspecify.annotations.NullMarked;
