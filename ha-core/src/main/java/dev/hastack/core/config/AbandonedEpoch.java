package dev.hastack.core.config;

/** What becomes of writes once the greatest epoch seen is one that no node has any more. */
public enum AbandonedEpoch {
    /** They go on at the primary that all nodes follow. */
    ADOPT,
    /** They wait until an operator gives the epoch up. */
    REFUSE
}
