package dev.hastack.core.monitor;

/** Asks one node what it is, on a connection of its own. {@link #ask} and {@link #close} are
 * called by one thread, {@link #arm} and {@link #abort} under the monitor's lock. */
public interface Probe extends AutoCloseable {

    /**
     * Asks in one round trip, and connects before that if there is no connection. A connection that was kept from an
     * earlier call and turns out to be broken is replaced once: it says nothing about the node.
     *
     * @throws Exception what the store's error table classifies
     */
    Answer ask() throws Exception;

    /** Begins an attempt: an earlier {@link #abort} no longer counts. */
    void arm();

    /**
     * Makes the {@link #ask} of this attempt end soon, also where it has yet to connect, or to begin; called by another
     * thread, never blocks.
     */
    void abort();

    /** Closes the connection; never throws. */
    @Override
    void close();
}
