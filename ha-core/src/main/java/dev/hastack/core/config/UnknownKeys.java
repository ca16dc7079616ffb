package dev.hastack.core.config;

/** What becomes of a key that ha-stack does not know. */
enum UnknownKeys {
    FAIL,
    WARN,
    IGNORE
}
