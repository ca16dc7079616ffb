package dev.hastack.core.monitor;

/**
 * A connection on which nothing is ever asked: a thread waits in a read of it, which ends when the server dies. So an idle
 * process learns at once what it would else learn from its next probe, or from its next call's failure. {@link #await} and
 * {@link #close} are called by one thread, {@link #arm} and {@link #abort} under the monitor's lock.
 */
public interface DeathWatch extends AutoCloseable {

    /**
     * Makes the connection.
     *
     * @throws Exception if that failed, which the probe will tell better
     */
    void connect() throws Exception;

    /**
     * Waits until the connection ends.
     *
     * @throws Exception what ended it, for the store's error table
     */
    void await() throws Exception;

    /** Begins an attempt: an earlier {@link #abort} no longer counts. */
    void arm();

    /** Makes {@link #connect} or {@link #await} of this attempt end soon; never blocks. */
    void abort();

    /** Closes the connection; never throws. */
    @Override
    void close();
}
