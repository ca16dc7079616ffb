package dev.hastack.benchmarks.failover;

import dev.hastack.testkit.PostgresCluster;

/** Something that goes wrong, together with what operators then do about it. */
interface Fault {

    String name();

    /** Lets it happen; returns when writes are possible again, so far as the servers go. */
    Moments strike(PostgresCluster cluster) throws Exception;

    /**
     * When it happened, as {@link System#nanoTime()}.
     *
     * @param struck when the fault began
     * @param writable when a server accepted writes again, or a little earlier
     */
    record Moments(long struck, long writable) {}
}
