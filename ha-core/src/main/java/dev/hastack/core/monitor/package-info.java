/**
 * One probe task per node, the one owner that steps the topology, the waiters, and the thread that tells listeners: the
 * only package of ha-core with threads and a clock.
 */
@NullMarked
package dev.hastack.core.monitor;

import org.jspecify.annotations.NullMarked;
