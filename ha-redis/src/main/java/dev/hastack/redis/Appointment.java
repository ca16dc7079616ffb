package dev.hastack.redis;

/**
 * A Sentinel's word, as it concerns one node.
 *
 * @param count of Sentinel's epochs at the appointment
 * @param meant whom it means
 */
record Appointment(long count, Meant meant) {
    /** Nobody has said anything. */
    static final Appointment NONE = new Appointment(-1, Meant.UNTOLD);

    /** Whom a Sentinel takes for the primary. */
    enum Meant {
        /** This very node. */
        THIS,
        /** Another node, or another process. */
        ANOTHER,
        /** Not this one, but it cannot be told which. */
        SOMEBODY_ELSE,
        /** Perhaps this one. */
        UNTOLD
    }
}
