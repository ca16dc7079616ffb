package dev.hastack.core.config;

/** Which nodes a read is sent to, as long as one of them is usable. */
public enum ReadPreference {
    /** Replicas, those of the own stack first. */
    REPLICA,
    /** The primary. */
    PRIMARY,
    /** The least loaded node, whatever its role. */
    ANY
}
