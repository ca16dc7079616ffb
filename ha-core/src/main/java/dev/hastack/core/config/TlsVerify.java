package dev.hastack.core.config;

/** What is checked of a node's certificate. */
public enum TlsVerify {
    /** Its chain and its host name. */
    FULL,
    /** Its chain. */
    CA,
    /** Nothing. */
    NONE
}
