package dev.hastack.benchmarks.lab.round;

/** An open client. Thread-safe. */
public interface Session {

    /**
     * Stores this id and returns when that is acknowledged.
     *
     * @throws Exception if it was not, whatever became of it
     */
    void write(long id) throws Exception;

    /** The greatest id that is stored, 0 if there is none, from where the client reads. */
    long read() throws Exception;

    /** Whether this exception of {@link #write} tells its caller that nobody knows what became of the write. */
    boolean tellsUnknown(Exception failure);

    /**
     * Replaces the connections to the primary by new ones, as pools do on their own in the course of time. Unsupported where
     * no fault of the store asks for it.
     */
    default void renew() {
        throw new UnsupportedOperationException("no fault of this store renews connections");
    }

    /** Gives up everything; may take long if servers hang. */
    void close();
}
