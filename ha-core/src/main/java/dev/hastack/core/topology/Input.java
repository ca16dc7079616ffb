package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** News for the topology. Times are points on the one monotonic clock of the monitor. */
public sealed interface Input {

    /** When it happened. */
    Instant at();

    /**
     * A probe's answer.
     *
     * @param generation of the node when the probe started
     * @param identity of the node's cluster
     * @param epoch what orders two primaries; absent in stores that have none
     * @param position in bytes
     * @param followers how many replicas stream from it
     * @param refused what it refuses while it answers the rest
     * @param startedAt when the probe was sent: what it says was true at or after this time
     * @param at when the answer came
     * @param origin what it shows of where its data come from
     */
    record Answered(
            String node,
            int generation,
            Role role,
            Optional<String> identity,
            OptionalLong epoch,
            long position,
            int followers,
            List<Refused> refused,
            Instant startedAt,
            Instant at,
            Origin origin)
            implements Input {
        public Answered {
            refused = List.copyOf(refused);
        }

        /** Of a node that refuses nothing, and shows nothing of its origin. */
        public Answered(
                String node,
                int generation,
                Role role,
                Optional<String> identity,
                OptionalLong epoch,
                long position,
                int followers,
                Instant startedAt,
                Instant at) {
            this(node, generation, role, identity, epoch, position, followers, List.of(), startedAt, at, Origin.NONE);
        }

        /** Of a node that shows nothing of its origin. */
        public Answered(
                String node,
                int generation,
                Role role,
                Optional<String> identity,
                OptionalLong epoch,
                long position,
                int followers,
                List<Refused> refused,
                Instant startedAt,
                Instant at) {
            this(node, generation, role, identity, epoch, position, followers, refused, startedAt, at, Origin.NONE);
        }

        /** The round trip. */
        public Duration rtt() {
            return Duration.between(startedAt, at);
        }
    }

    /**
     * A failed probe, or an error on a caller's connection.
     *
     * @param generation of the node when the probe started, or of the connection that failed
     * @param source who saw it: only a probe takes a node down, a caller makes it suspect
     * @param cause one line for people, without credentials
     */
    record Failed(String node, int generation, Kind kind, Source source, String cause, Instant at) implements Input {}

    /** Who saw a failure. */
    enum Source {
        PROBE,
        /** A probe that a new connection was refused to, while callers are served on those that they have. */
        PROBE_BESIDE_CALLERS,
        CALLER
    }

    /** The configured nodes, all of them. */
    record Members(Set<String> nodes, Instant at) implements Input {
        public Members {
            nodes = Set.copyOf(nodes);
        }
    }

    /** Somebody has reason to think that the node's role changed: a suggestion to probe, never a decision. */
    record Hint(String node, Instant at) implements Input {}

    /**
     * Somebody who keeps the count of epochs, as Sentinel does, says that a primary of this epoch was appointed, though no
     * node has said so yet.
     *
     * @param witness who says so, for people
     */
    record Appointed(long epoch, String witness, Instant at) implements Input {}

    /**
     * An operator gives up the greatest epoch known: whatever only nodes have that do not answer is not waited for any
     * longer.
     */
    record Forgotten(Instant at) implements Input {}

    /** The stack is being closed. */
    record Closed(Instant at) implements Input {}
}
