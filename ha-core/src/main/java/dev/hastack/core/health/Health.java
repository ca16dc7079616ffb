package dev.hastack.core.health;

/** How well something serves. */
public enum Health {
    /** Serves fully. */
    UP,
    /** Serves, with less redundancy or fewer operations than configured. */
    DEGRADED,
    /** Does not serve. */
    DOWN;

    /** The worse of two. */
    public Health or(Health other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
