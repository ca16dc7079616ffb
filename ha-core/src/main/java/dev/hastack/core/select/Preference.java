package dev.hastack.core.select;

/** Which roles a read may meet. */
public enum Preference {
    /** The primary. */
    PRIMARY,
    /** Replicas. */
    REPLICA,
    /** Replicas and the primary alike. */
    ANY
}
