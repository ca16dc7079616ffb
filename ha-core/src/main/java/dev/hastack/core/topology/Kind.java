package dev.hastack.core.topology;

/** What a failure says about the node that it came from. A store's error table maps its errors to these. */
public enum Kind {
    /** No connection was made: refused, no such host, no route. */
    REFUSED,
    /** An established connection broke. */
    NETWORK,
    /** A probe has had no answer for longer than anything explains but that the node hangs. Never said of a caller's statement. */
    HUNG,
    /** The node is starting up, shutting down, or was told to end the connection. */
    SHUTTING_DOWN,
    /** Wrong credentials or database: a matter of configuration, not healed by haste. */
    DENIED,
    /** The node refuses a write because it is not, or no longer, the primary. */
    NOT_PRIMARY,
    /** A caller's call took too long, or a probe has had no answer yet: says nothing certain about the node. */
    TIMEOUT,
    /** The node answers but refuses work: too many clients, out of memory. */
    OVERLOADED
}
