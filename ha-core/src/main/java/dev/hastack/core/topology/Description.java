package dev.hastack.core.topology;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;

/** A snapshot in one line for people, as they saw it at one moment. */
final class Description {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ssX", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final KnownTopology snapshot;
    private final Instant now;

    Description(KnownTopology snapshot, Instant now) {
        this.snapshot = snapshot;
        this.now = now;
    }

    String line() {
        StringBuilder line = new StringBuilder(
                snapshot.closed() ? "closed" : snapshot.availability().name());
        if (snapshot.contested()) {
            line.append(" contested");
        }
        snapshot.maxEpoch().ifPresent(epoch -> line.append(" epoch ").append(epoch));
        snapshot.nodes().values().stream()
                .map(NodeView::since)
                .max(Instant::compareTo)
                .ifPresent(since -> line.append(" since ").append(TIME.format(since)));
        return snapshot.nodes().values().stream().map(this::node).collect(Collectors.joining(", ", line + " [", "]"));
    }

    private String node(NodeView node) {
        StringBuilder words = new StringBuilder(node.node()).append(' ').append(node.status());
        if (node.suspect().isPresent()) {
            words.append(" suspect");
        }
        node.failure().ifPresent(failure -> words.append(' ').append(failure(failure)));
        switch (node.status()) {
            case PRIMARY, PEER -> words.append(" rtt ").append(Words.of(node.rtt()));
            case REPLICA ->
                words.append(Staleness.bound(snapshot, node, now)
                                .map(lag -> " lag<=" + Words.of(lag))
                                .orElse(" lag unknown"))
                        .append(" rtt ")
                        .append(Words.of(node.rtt()));
            case FENCED ->
                words.append(" primary at ")
                        .append(Epochs.words(node.epoch()))
                        .append(snapshot.contests(node) ? " (contested)" : "");
            case FOREIGN ->
                words.append(" identity ")
                        .append(node.identity().orElse("unknown"))
                        .append(" instead of ")
                        .append(snapshot.identity().orElse("unknown"));
            case UNKNOWN, DOWN -> {}
        }
        node.refused().forEach(refused -> words.append(", ").append(refused.text()));
        return words.toString();
    }

    private String failure(Failure failure) {
        String kind = failure.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return kind + " " + Words.of(Duration.between(failure.at(), now)) + " ago (" + failure.cause() + ")";
    }
}
