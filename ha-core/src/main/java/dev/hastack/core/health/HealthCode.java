package dev.hastack.core.health;

import java.util.Locale;

/**
 * The notes that ha-stack itself makes. Codes and severities are stable; any release may add more. The table in {@code
 * docs/operations.md} says what to do about each.
 */
public enum HealthCode {
    /** {@code contested}: two nodes claim to be primary at the same epoch, and no epoch can decide between them. */
    CONTESTED(Severity.ERROR),
    /** {@code writes-refused}: the servers answer and take no writes, which this service may make. */
    WRITES_REFUSED(Severity.ERROR),
    /** {@code facts-unknown}: a node refuses some question of its probe, so that one fact about it is not known. */
    FACTS_UNKNOWN(Severity.WARNING),
    /** {@code note-failed}: the supplier of a note threw an exception or returned null. */
    NOTE_FAILED(Severity.WARNING),

    /** {@code witness-missing}, of PostgreSQL: no other node confirms the primary, so that writes wait. */
    WITNESS_MISSING(Severity.ERROR),
    /** {@code epoch-abandoned}, of PostgreSQL: a timeline was given up, and what this process did in it is gone. */
    EPOCH_ABANDONED(Severity.WARNING),

    /** {@code sentinels-answering}, of Redis: every Sentinel answers. */
    SENTINELS_ANSWERING(Severity.INFO),
    /** {@code sentinels-silent}, of Redis: some Sentinels do not answer, or none. */
    SENTINELS_SILENT(Severity.WARNING),
    /** {@code sentinel-primary-unknown}, of Redis: Sentinel names a primary that the configuration does not name. */
    SENTINEL_PRIMARY_UNKNOWN(Severity.ERROR),
    /** {@code durable-writes-waiting}, of Redis: durable writes wait until enough replicas are in touch. */
    DURABLE_WRITES_WAITING(Severity.WARNING),
    /** {@code queue-depth}, of Redis: what a job queue that is open in this process holds, and what was done here. */
    QUEUE_DEPTH(Severity.INFO),
    /** {@code queue-unknown}, of Redis: a job queue was opened, and nothing is known of it yet. */
    QUEUE_UNKNOWN(Severity.INFO),

    /** {@code cluster-breaker-open}, of Elasticsearch: requests are kept away from the whole cluster. */
    CLUSTER_BREAKER_OPEN(Severity.WARNING),
    /** {@code publication-breaker-open}, of Elasticsearch: requests are kept away from one publication. */
    PUBLICATION_BREAKER_OPEN(Severity.WARNING),
    /** {@code partial-results}, of Elasticsearch: how many answers lacked some shards since the stack was opened. */
    PARTIAL_RESULTS(Severity.INFO);

    private final String code;
    private final Severity severity;

    HealthCode(Severity severity) {
        this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
        this.severity = severity;
    }

    /** Returns the code as notes have it, in kebab case: {@code queue-depth}. */
    public String code() {
        return code;
    }

    /** Returns the severity of every note with this code. */
    public Severity severity() {
        return severity;
    }

    @Override
    public String toString() {
        return code;
    }
}
