package dev.hastack.core.failure;

import dev.hastack.core.topology.Kind;

/** Why a call failed, in words that all stores share. New constants may be added, so a {@code switch} needs a {@code default}. */
public enum Reason {
    /** No node could take the call within the time that it may wait for one. */
    NO_NODE(true),
    /** A node, or the cluster, answered that it cannot do this now: it starts, shuts down, or is no longer the primary. */
    UNAVAILABLE(true),
    /** Too many calls are in flight or wait, in this process or at the server. */
    OVERLOADED(true),
    /** The answer, or the right to send, took longer than it may. */
    TIMED_OUT(true),
    /** The connection ended before the answer came. */
    CONNECTION_LOST(true),
    /** Another call, or another process, does something that excludes this: a deadlock, a rebuild under way. */
    CONFLICT(true),
    /** Only a part of the answer came. */
    PARTIAL(true),
    /** The write is done, and too few other nodes have confirmed it. */
    NOT_DURABLE(false),
    /** The server, the driver or ha-stack found fault with the call itself: the same call fails again. */
    REFUSED(false),
    /** The credentials, or their rights, do not suffice. */
    DENIED(false),
    /** This stack may only read, as it is configured. */
    NOT_WRITABLE(false),
    /** The caller's thread was interrupted, or the caller cancelled the call. */
    INTERRUPTED(false),
    /** The stack is closed. */
    CLOSED(false);

    private final boolean temporary;

    Reason(boolean temporary) {
        this.temporary = temporary;
    }

    /** Returns whether the reason may pass by itself, so that the same call may succeed a moment later. */
    public boolean temporary() {
        return temporary;
    }

    /** Returns why a call fails at a node with a failure of this kind. */
    public static Reason of(Kind kind) {
        return switch (kind) {
            case REFUSED -> NO_NODE;
            case NETWORK -> CONNECTION_LOST;
            case HUNG, TIMEOUT -> TIMED_OUT;
            case SHUTTING_DOWN, NOT_PRIMARY -> UNAVAILABLE;
            case DENIED -> DENIED;
            case OVERLOADED -> OVERLOADED;
        };
    }
}
