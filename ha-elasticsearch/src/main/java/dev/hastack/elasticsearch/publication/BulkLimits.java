package dev.hastack.elasticsearch.publication;

import java.time.Duration;

/**
 * How much a bulk sends at once, and how long it tries.
 *
 * @param operations in one request, at most
 * @param bytes in one request, about
 * @param requests under way at once
 * @param flushInterval after which an operation is sent though its request is not full
 * @param pending operations that are not done yet, at most; whoever adds another waits
 * @param retryFor how long an operation is tried that Elasticsearch is too busy for
 */
public record BulkLimits(
        int operations, long bytes, int requests, Duration flushInterval, int pending, Duration retryFor) {
    /** As the client's own, with an interval, and a minute of trying. */
    public static final BulkLimits DEFAULT =
            new BulkLimits(1000, 5L << 20, 1, Duration.ofSeconds(1), 10_000, Duration.ofMinutes(1));

    /**
     * For what nobody waits for and whose order does not matter, as when a publication is rebuilt: twice as many operations in
     * a request, two requests under way, since a shard takes each with one thread, and an interval that sends few requests that
     * are not full.
     */
    public static final BulkLimits COPYING =
            new BulkLimits(2000, 5L << 20, 2, Duration.ofSeconds(5), 10_000, Duration.ofMinutes(1));

    public BulkLimits {
        if (operations < 1 || bytes < 1 || requests < 1 || pending < 1) {
            throw new IllegalArgumentException("operations=" + operations + ", bytes=" + bytes + ", requests="
                    + requests + ", pending=" + pending + ": expected at least 1 of each");
        }
    }

    /** The same, with another number of requests under way at once. */
    public BulkLimits withRequests(int other) {
        return new BulkLimits(operations, bytes, other, flushInterval, pending, retryFor);
    }

    /** The same, tried for another time. */
    public BulkLimits withRetryFor(Duration other) {
        return new BulkLimits(operations, bytes, requests, flushInterval, pending, other);
    }
}
