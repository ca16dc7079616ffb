package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What callers of the platform do, and may be held at. */
enum Kind {
    WRITES(Duration.ofSeconds(1)),
    PUBLISHING(Duration.ofSeconds(1)),
    READS(Duration.ofSeconds(1)),
    SEARCHES(Duration.ofSeconds(1)),
    /** A job needs all three stores, and one that failed with any of them comes again only after a while. */
    JOBS(Duration.ofSeconds(3));

    /** What waits while PostgreSQL has no primary. */
    static final Set<Kind> OF_POSTGRES = EnumSet.of(WRITES, PUBLISHING, JOBS);

    /** What waits while Redis has no primary, or one without a replica in touch: both ask for every replica. */
    static final Set<Kind> OF_REDIS = EnumSet.of(PUBLISHING, JOBS);

    /** What waits while Elasticsearch has no copy that takes writes. */
    static final Set<Kind> OF_ELASTICSEARCH = EnumSet.of(JOBS);

    private final Duration bound;

    Kind(Duration bound) {
        this.bound = bound;
    }

    /** Returns how long callers may be held beyond what the servers are away, on a machine that delays nothing. */
    Duration bound() {
        return bound;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
