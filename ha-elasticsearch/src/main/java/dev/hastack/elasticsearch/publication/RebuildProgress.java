package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a rebuild is.
 *
 * @param done documents that Elasticsearch has
 * @param total documents in all, if the source told
 * @param elapsed since the first was read
 * @param waitingFor what it waits for, and for whom, in words; empty when it is done
 */
public record RebuildProgress(
        String publication, Phase phase, long done, OptionalLong total, Duration elapsed, String waitingFor) {
    /** What a rebuild does, in this order. */
    public enum Phase {
        /** Until this process alone may rebuild it, and what a dead one left is removed. */
        CLAIMING,
        /** Until every node of the cluster knows the new index. */
        CREATING,
        /** Until every process that writes has heard of it. */
        ANNOUNCING,
        /** The source is read. */
        COPYING,
        /** Copies of the shards are made. */
        REPLICATING,
        /** Until every node of the cluster knows that it is the present generation. */
        SWAPPING,
        /** The new generation is the present one. */
        DONE
    }

    /** Documents a second, on the average; 0 before the first. */
    public double rate() {
        return elapsed.isZero() ? 0 : done / (elapsed.toNanos() / 1e9);
    }

    /** Absent where the total is not known, or nothing is done yet. */
    public Optional<Duration> remaining() {
        double rate = rate();
        if (total.isEmpty() || rate == 0) {
            return Optional.empty();
        }
        double seconds = Math.max(0, total.getAsLong() - done) / rate;
        return Optional.of(Duration.ofMillis((long) (seconds * 1000)));
    }
}
