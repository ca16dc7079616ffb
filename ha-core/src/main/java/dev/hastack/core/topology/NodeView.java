package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What is known of one node at one moment. Immutable. */
public interface NodeView {
    /** For how long what is under way at a node that {@link #letsNobodyIn} may still be answered, before it is given up. */
    Duration LAST_ANSWERS = Duration.ofSeconds(2);

    /** Returns its id in the configuration. */
    String node();

    /** Returns what a client may think of it. */
    Status status();

    /** Returns when a caller's connection failed, if no probe has decided since; its gate is closed until one does. */
    Optional<Instant> suspect();

    /** Returns the cluster that it said it belongs to, if it ever answered. */
    Optional<String> identity();

    /** Returns the greatest epoch that it showed in its last answer. */
    OptionalLong epoch();

    /** Returns its last position in bytes, comparable within one identity and epoch; 0 if it never answered. */
    long position();

    /** Returns how many replicas it said stream from it. */
    int followers();

    /** Returns what it refused in its last answer, while it is usable. */
    List<Refused> refused();

    /** Returns the round trip of its last answer. */
    Duration rtt();

    /** Returns when the probe was sent that it answered last, if it ever answered. */
    Optional<Instant> answeredAt();

    /**
     * Returns the generation of its connections; it rises when the node stops being primary or replica, or is demoted.
     */
    int generation();

    /**
     * Returns how often it fell from PRIMARY or REPLICA to DOWN of late: each fall adds one, and takes off one for every
     * minute that the node was usable before it.
     */
    int falls();

    /** Returns why it is DOWN, suspect or silent. */
    Optional<Failure> failure();

    /** Returns when it took this status. */
    Instant since();

    /** Returns what it showed of where its data come from in its last answer. */
    Origin origin();

    /**
     * Returns when the answer came that first showed the stream by which it receives, of those that showed it in a row;
     * empty if it shows none.
     */
    Optional<Instant> streamsSince();

    /** Returns whether callers may take connections of it now: primary or replica, and not suspect. */
    default boolean open() {
        return status().usable() && suspect().isEmpty();
    }

    /** Returns whether it owes its probe an answer, though nothing is decided about it: others are better asked. */
    default boolean silent() {
        return open() && failure().isPresent();
    }

    /** Returns whether it is down since a connection to it was refused, or was lost and could not be made again. */
    default boolean letsNobodyIn() {
        return status() == Status.DOWN
                && failure()
                        .filter(last -> last.kind() == Kind.REFUSED || last.kind() == Kind.NETWORK)
                        .isPresent();
    }

    /** Returns why callers who want this get nothing of it, though it answers; empty if they do. */
    default Optional<Refused> refuses(Refused.Use wanted) {
        return refused().stream().filter(one -> one.hits(wanted)).findFirst();
    }

    /** Returns whether any probe of it has answered or failed since it became a member. */
    default boolean heard() {
        return status() != Status.UNKNOWN || failure().isPresent();
    }

    /**
     * Returns a node of a store that tells its nodes' roles by itself, as a Redis Cluster does, for store modules: without an identity, a
     * position, followers or an origin.
     */
    static NodeView of(
            String node,
            Status status,
            Optional<Instant> suspect,
            OptionalLong epoch,
            List<Refused> refused,
            int generation,
            Optional<Failure> failure,
            Instant since) {
        return new KnownNode(
                node,
                status,
                suspect,
                Optional.empty(),
                epoch,
                0,
                0,
                refused,
                Duration.ZERO,
                Optional.empty(),
                generation,
                0,
                failure,
                since,
                Origin.NONE,
                Optional.empty());
    }
}
