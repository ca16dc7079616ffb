package dev.hastack.core.failure;

/**
 * What became of the work of a call that threw: it decides whether the same call may do the work twice. The constants rise from the most
 * harmless to the least certain.
 */
public enum Outcome {
    /** Nothing left this process. The call may be made again. */
    NOT_SENT,
    /**
     * Nothing was changed: the server refused the call, the connection ended within a transaction of which no commit had been sent,
     * or the call was a read. It may be made again; of a transaction, the whole.
     */
    NOT_DONE,
    /**
     * It was done and is in effect, but too few other nodes have confirmed it: a failover now may lose it. It must not be done
     * again, except by a call that may be made twice.
     */
    DONE_NOT_DURABLE,
    /**
     * It may have been done, wholly or in part, or not: the answer was lost, or nothing is known of the exception. Only what may be
     * done twice may be done again; otherwise look first what became of it.
     */
    UNKNOWN;

    /**
     * Returns the outcome of the call that threw this exception, as {@link StackFailure#of} finds it; {@link #UNKNOWN} if nothing in
     * it is of ha-stack or of a driver.
     *
     * <p>Where a transaction of PostgreSQL sends COMMIT as a statement's text, and not by {@code Connection.commit()}, a lost
     * connection is wrongly taken for {@link #NOT_DONE}.
     */
    public static Outcome of(Throwable error) {
        return StackFailure.of(error).map(StackFailure::outcome).orElse(UNKNOWN);
    }

    /** Returns whether the same call may be made again without doing its work twice. */
    public boolean repeatable() {
        return this == NOT_SENT || this == NOT_DONE;
    }
}
