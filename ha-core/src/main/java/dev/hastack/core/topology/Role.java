package dev.hastack.core.topology;

/** What a node says that it is. */
public enum Role {
    /** Takes writes, and replicas follow it. */
    PRIMARY,
    /** Follows a primary. */
    REPLICA,
    /** One of many that serve alike, in a store without a primary: the store itself sees to who does what. */
    PEER
}
