package dev.hastack.core.topology;

/** What a node says that it is. */
public enum Role {
    PRIMARY,
    REPLICA
}
