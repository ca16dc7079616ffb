package dev.hastack.core.monitor;

/**
 * Asks one node what it is, on a connection of its own; while it is silent, another asks the same node. {@link #ask} and {@link #close} are
 * called by one thread at a time, {@link #arm} and {@link #abort} under the monitor's lock.
 */
public interface Probe extends AutoCloseable {

    /**
     * Asks in one round trip, and connects before that if there is no connection. A connection that was kept from an
     * earlier call and turns out to be broken is replaced once: it says nothing about the node.
     *
     * @throws Exception what the store's error table classifies
     */
    Answer ask() throws Exception;

    /**
     * What to call, on the thread that asks, when the node has said something that is not yet the answer: it has let the probe in, or
     * answered a part of the question. Set once, before the first {@link #ask}; a probe that never calls it is heard by its answers alone.
     */
    default void onSignOfLife(Runnable listener) {}

    /**
     * Whether a node that denied access would be shown other credentials now than when it was asked last. Asked now and then while a
     * node denies, so that it is asked again at once; called by the thread that asks, may read a file.
     */
    default boolean renewed() {
        return false;
    }

    /**
     * Returns whether the last {@link #ask} failed since the node answered, and refused it the new connection that it needed. Connections
     * that were let in before may still serve then. Called by the thread that asks.
     */
    default boolean notLetIn() {
        return false;
    }

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
