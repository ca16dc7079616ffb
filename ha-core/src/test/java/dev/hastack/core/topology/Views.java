package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/** Makes snapshots that no step has made, for tests that begin with one. */
public final class Views {
    private Views() {}

    public static NodeView node(
            String node,
            Status status,
            Optional<Instant> suspect,
            Optional<String> identity,
            OptionalLong epoch,
            long position,
            int followers,
            Duration rtt,
            Optional<Instant> answeredAt,
            int generation,
            int falls,
            Optional<Failure> failure,
            Instant since,
            Origin origin) {
        return new KnownNode(
                node,
                status,
                suspect,
                identity,
                epoch,
                position,
                followers,
                List.of(),
                rtt,
                answeredAt,
                generation,
                falls,
                failure,
                since,
                origin,
                Optional.empty());
    }

    public static Snapshot snapshot(
            Optional<String> identity,
            OptionalLong maxEpoch,
            Optional<String> incumbent,
            SortedMap<String, NodeView> nodes,
            List<Sample> ring,
            boolean closed,
            Past past) {
        return new KnownTopology(1, Optional.empty(), identity, maxEpoch, incumbent, nodes, ring, closed, past);
    }
}
