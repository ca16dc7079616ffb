package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A node as the steps of {@link Topology} make it, each from the one before. */
record KnownNode(
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
        Optional<Instant> streamsSince)
        implements NodeView {
    KnownNode {
        refused = List.copyOf(refused);
    }

    /** A new member. */
    static NodeView unknown(String node, Instant since) {
        return new KnownNode(
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
    static NodeView after(NodeView was, Input.Answered answer) {
        boolean cleared = !precedesSuspicion(was, answer);
        return new KnownNode(
                was.node(),
                was.status(),
                cleared ? Optional.empty() : was.suspect(),
                answer.identity(),
                answer.epoch(),
                answer.position(),
                answer.followers(),
                answer.refused(),
                answer.rtt(),
                Optional.of(answer.startedAt()),
                was.generation(),
                was.falls(),
                cleared ? Optional.empty() : was.failure(),
                was.since(),
                answer.origin(),
                streamsSince(was, answer));
    }

    private static Optional<Instant> streamsSince(NodeView was, Input.Answered answer) {
        Optional<String> stream = answer.origin().stream();
        boolean goesOn = stream.isPresent() && stream.equals(was.origin().stream());
        return stream.flatMap(shown -> goesOn ? was.streamsSince() : Optional.empty())
                .or(() -> stream.map(shown -> answer.at()));
    }

    static boolean precedesSuspicion(NodeView was, Input.Answered answer) {
        return was.suspect().isPresent()
                && answer.startedAt().isBefore(was.suspect().get());
    }

    /** In another status, of the next generation if its connections are retired, and no longer suspect if unusable. */
    static NodeView in(NodeView was, Status next, boolean retired, Instant at) {
        return new KnownNode(
                was.node(),
                next,
                next.usable() ? was.suspect() : Optional.empty(),
                was.identity(),
                was.epoch(),
                was.position(),
                was.followers(),
                next.usable() ? was.refused() : List.of(),
                was.rtt(),
                was.answeredAt(),
                retired ? was.generation() + 1 : was.generation(),
                was.falls(),
                next.usable() ? was.failure() : Optional.empty(),
                at,
                was.origin(),
                next == Status.DOWN || next == Status.UNKNOWN ? Optional.empty() : was.streamsSince());
    }

    static NodeView failed(NodeView was, Failure next) {
        return with(was, was.suspect(), was.falls(), Optional.of(next));
    }

    static NodeView suspected(NodeView was, Failure why) {
        return with(was, Optional.of(why.at()), was.falls(), Optional.of(why));
    }

    static NodeView fallen(NodeView was, int count) {
        return with(was, was.suspect(), count, was.failure());
    }

    private static NodeView with(NodeView was, Optional<Instant> suspected, int fallen, Optional<Failure> why) {
        return new KnownNode(
                was.node(),
                was.status(),
                suspected,
                was.identity(),
                was.epoch(),
                was.position(),
                was.followers(),
                was.refused(),
                was.rtt(),
                was.answeredAt(),
                was.generation(),
                fallen,
                why,
                was.since(),
                was.origin(),
                was.streamsSince());
    }
}
