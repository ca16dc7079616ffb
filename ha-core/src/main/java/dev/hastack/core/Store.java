package dev.hastack.core;

import dev.hastack.core.health.StoreHealth;
import java.time.Duration;

/** One store of an open stack: what a module hands to {@link HaStack#get}. Thread-safe. */
public interface Store {

    /** {@code postgres}, {@code redis} or {@code elasticsearch}. */
    String name();

    /** From the last probes; does no I/O. */
    StoreHealth health();

    /**
     * Waits until every node was heard of once and the store can do what this service may do with it.
     *
     * @return false if the timeout passed before
     */
    boolean awaitReady(Duration timeout) throws InterruptedException;

    /**
     * Stops handing out connections, lets those in use finish for at most {@code drain}, aborts the rest, and ends every
     * thread.
     *
     * @return whether all finished in time
     */
    boolean close(Duration drain);
}
