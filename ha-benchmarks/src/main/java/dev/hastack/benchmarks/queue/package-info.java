/** The job queue: jobs per second, with peers in the same run, and what five failovers lose of it. */
@NullMarked
package dev.hastack.benchmarks.queue;

import org.jspecify.annotations.NullMarked;
