package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** How far a rebuild is. Immutable. */
public interface RebuildProgress {
    /** What a rebuild does, in this order. */
    enum Phase {
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

    /** Returns the name of the publication. */
    String publication();

    /** Returns what the rebuild does now. */
    Phase phase();

    /** Returns how many documents Elasticsearch has. */
    long done();

    /** Returns how many documents there are in all, if the source says so. */
    OptionalLong total();

    /** Returns how long ago the first document was read. */
    Duration elapsed();

    /** Returns what the rebuild waits for, and for whom, in words; empty when it is done. */
    String waitingFor();

    /** Returns the documents per second, on average; 0 before the first. */
    default double rate() {
        return elapsed().isZero() ? 0 : done() / (elapsed().toNanos() / 1e9);
    }

    /** Returns how long the rest will take at this rate; empty where the total is not known, or nothing is done yet. */
    default Optional<Duration> remaining() {
        double rate = rate();
        if (total().isEmpty() || rate == 0) {
            return Optional.empty();
        }
        double seconds = Math.max(0, total().getAsLong() - done()) / rate;
        return Optional.of(Duration.ofMillis((long) (seconds * 1000)));
    }
}
