/**
 * Real replicated stores for tests, and the faults that befall them.
 *
 * <p>{@link dev.hastack.testkit.PostgresCluster} runs PostgreSQL as operating-system processes, without containers;
 * {@link dev.hastack.testkit.FaultProxy} stands between a client and any server. Nothing outlives the JVM: a watchdog
 * process ends the servers and removes their files however the JVM ends.
 */
@NullMarked
package dev.hastack.testkit;

import org.jspecify.annotations.NullMarked;
