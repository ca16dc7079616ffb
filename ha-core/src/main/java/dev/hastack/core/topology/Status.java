package dev.hastack.core.topology;

/** What a client may think of a node. */
public enum Status {
    /** Not heard from yet, or its role is in doubt. */
    UNKNOWN,
    /** Takes writes; at most one node of a snapshot has this status, but one for each shard of a Redis Cluster. */
    PRIMARY,
    /** Follows a primary, serves reads. */
    REPLICA,
    /** Serves reads and writes, one of many, in a store that has no primary. */
    PEER,
    /** Claims to be primary, with an older epoch than is known, or with an equal one while another node stands. */
    FENCED,
    /** Belongs to another cluster: its identity is not the pinned one. */
    FOREIGN,
    /** Its last probe failed. */
    DOWN;

    /** Whether connections of a node in this status may be handed to a caller. */
    public boolean usable() {
        return this == PRIMARY || this == REPLICA || this == PEER;
    }
}
