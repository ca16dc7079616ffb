package dev.hastack.core.config;

/** What becomes of a read that finds no usable replica. */
public enum ReadFallback {
    /** It goes to the primary, within the bulkhead that protects the primary. */
    PRIMARY,
    /** It fails. */
    NONE
}
