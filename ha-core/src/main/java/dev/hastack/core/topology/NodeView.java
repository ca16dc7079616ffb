package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of one node.
 *
 * @param node its id in the configuration
 * @param status what a client may think of it
 * @param suspect when a caller's connection failed and no probe has decided since; its gate is closed until one does
 * @param identity the cluster that it said it belongs to, if it ever answered
 * @param epoch the greatest epoch that it showed in its last answer
 * @param position its last position in bytes, comparable within one identity and epoch; 0 if it never answered
 * @param followers how many replicas it said stream from it
 * @param refused what it refused in its last answer, while it is usable
 * @param rtt the round trip of its last answer
 * @param answeredAt when the probe was sent that it answered last, if it ever answered
 * @param generation of its connections; rises when the node stops being primary or replica, or is demoted
 * @param falls how often it fell from PRIMARY or REPLICA to DOWN of late: each fall adds one, and takes off one for
 *     every minute that the node was usable before it
 * @param failure why it is DOWN, suspect or silent
 * @param since when it took this status
 * @param origin what it showed of where its data come from in its last answer
 * @param streamsSince when the answer came that first showed the stream by which it receives, of those that showed it in a
 *     row; empty if it shows none
 */
public record NodeView(
        String node,
        Status status,
        Optional<Instant> suspect,
        Optional<String> identity,
        OptionalLong epoch,
        long position,
        int followers,
        List<Refused> refused,
        Duration rtt,
        Optional<Instant> answeredAt,
        int generation,
        int falls,
        Optional<Failure> failure,
        Instant since,
        Origin origin,
        Optional<Instant> streamsSince) {
    /** For how long what is under way at a node that {@link #letsNobodyIn} may still be answered, before it is given up. */
    public static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    public NodeView {
        refused = List.copyOf(refused);
    }

    /** Whether callers may take connections of it now: primary or replica, and not suspect. */
    public boolean open() {
        return status.usable() && suspect.isEmpty();
    }

    /** Whether it owes its probe an answer, though nothing is decided about it: others are better asked. */
    public boolean silent() {
        return open() && failure.isPresent();
    }

    /** Whether it is down since a connection to it was refused, or was lost and could not be made again. */
    public boolean letsNobodyIn() {
        return status == Status.DOWN
                && failure.filter(last -> last.kind() == Kind.REFUSED || last.kind() == Kind.NETWORK)
                        .isPresent();
    }

    /** Why callers who want this get nothing of it, though it answers; empty if they do. */
    public Optional<Refused> refuses(Refused.Use wanted) {
        return refused.stream().filter(one -> one.hits(wanted)).findFirst();
    }

    /** Whether any probe of it has answered or failed since it became a member. */
    public boolean heard() {
        return status != Status.UNKNOWN || failure.isPresent();
    }

    /** A new member. */
    static NodeView unknown(String node, Instant since) {
        return new NodeView(
                node,
                Status.UNKNOWN,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                0,
                0,
                List.of(),
                Duration.ZERO,
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                since,
                Origin.NONE,
                Optional.empty());
    }

    /**
     * What the answer says, status apart. It clears a suspicion only if its probe was sent after the failure that
     * raised it.
     */
    NodeView after(Input.Answered answer) {
        boolean cleared = !precedesSuspicion(answer);
        return new NodeView(
                node,
                status,
                cleared ? Optional.empty() : suspect,
                answer.identity(),
                answer.epoch(),
                answer.position(),
                answer.followers(),
                answer.refused(),
                answer.rtt(),
                Optional.of(answer.startedAt()),
                generation,
                falls,
                cleared ? Optional.empty() : failure,
                since,
                answer.origin(),
                streamsSince(answer));
    }

    private Optional<Instant> streamsSince(Input.Answered answer) {
        Optional<String> stream = answer.origin().stream();
        boolean goesOn = stream.isPresent() && stream.equals(origin.stream());
        return stream.flatMap(shown -> goesOn ? streamsSince : Optional.empty())
                .or(() -> stream.map(shown -> answer.at()));
    }

    boolean precedesSuspicion(Input.Answered answer) {
        return suspect.isPresent() && answer.startedAt().isBefore(suspect.get());
    }

    /** In another status, of the next generation if its connections are retired, and no longer suspect if unusable. */
    NodeView in(Status next, boolean retired, Instant at) {
        return new NodeView(
                node,
                next,
                next.usable() ? suspect : Optional.empty(),
                identity,
                epoch,
                position,
                followers,
                next.usable() ? refused : List.of(),
                rtt,
                answeredAt,
                retired ? generation + 1 : generation,
                falls,
                next.usable() ? failure : Optional.empty(),
                at,
                origin,
                next == Status.DOWN || next == Status.UNKNOWN ? Optional.empty() : streamsSince);
    }

    NodeView failed(Failure next) {
        return with(suspect, falls, Optional.of(next));
    }

    NodeView suspected(Failure why) {
        return with(Optional.of(why.at()), falls, Optional.of(why));
    }

    NodeView fallen(int count) {
        return with(suspect, count, failure);
    }

    private NodeView with(Optional<Instant> suspected, int fallen, Optional<Failure> why) {
        return new NodeView(
                node,
                status,
                suspected,
                identity,
                epoch,
                position,
                followers,
                refused,
                rtt,
                answeredAt,
                generation,
                fallen,
                why,
                since,
                origin,
                streamsSince);
    }
}
