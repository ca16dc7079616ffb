package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.round.Acknowledgements;
import dev.hastack.benchmarks.lab.round.Recording;
import dev.hastack.benchmarks.lab.round.Recording.Acknowledged;
import dev.hastack.benchmarks.lab.round.Recording.Failed;
import dev.hastack.benchmarks.lab.round.Recording.Read;
import dev.hastack.benchmarks.lab.round.Servers.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Whether what callers saw of one trouble is what ha-stack promises. */
record Verdict(List<String> violations) {

    /** @param begin of the soak, as {@link System#nanoTime()} */
    static Verdict of(Recording recording, Stored stored, Duration maxLag, long begin) {
        List<String> violations = new ArrayList<>();
        lost(recording, stored).ifPresent(violations::add);
        List<Failed> told = recording.failed().stream()
                .filter(write -> !write.toldUnknown())
                .toList();
        falselyTold("on a superseded primary only, and told to be committed nowhere", told, stored.onlyStale())
                .ifPresent(violations::add);
        falselyTold("told to be committed nowhere, but on the primary", told, stored.primary())
                .ifPresent(violations::add);
        stale(recording, maxLag, begin).ifPresent(violations::add);
        return new Verdict(List.copyOf(violations));
    }

    private static Optional<String> stale(Recording recording, Duration maxLag, long begin) {
        Acknowledgements acknowledgements = Acknowledgements.of(recording.acknowledged());
        ToLongFunction<Read> age = read -> acknowledgements.age(read.shown(), read.from());
        List<Read> stale = recording.reads().stream()
                .filter(read -> age.applyAsLong(read) > maxLag.toNanos())
                .toList();
        LongSummaryStatistics moments =
                stale.stream().mapToLong(read -> read.from() - begin).summaryStatistics();
        return stale.isEmpty()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "older than %d ms: %d reads from %.1f to %.1f s, the oldest by %.1f ms",
                        maxLag.toMillis(),
                        stale.size(),
                        moments.getMin() / 1e9,
                        moments.getMax() / 1e9,
                        (stale.stream().mapToLong(age).max().orElseThrow() - maxLag.toNanos()) / 1e6));
    }

    private static Optional<String> lost(Recording recording, Stored stored) {
        List<Long> lost = recording.acknowledged().stream()
                .map(Acknowledged::id)
                .filter(id -> !stored.primary().contains(id))
                .sorted()
                .toList();
        return lost.isEmpty()
                ? Optional.empty()
                : Optional.of("acknowledged, but not on the primary: %d writes, the first %d"
                        .formatted(lost.size(), lost.get(0)));
    }

    private static Optional<String> falselyTold(String what, List<Failed> told, Set<Long> stored) {
        List<Failed> falsely =
                told.stream().filter(write -> stored.contains(write.id())).toList();
        return falsely.isEmpty()
                ? Optional.empty()
                : Optional.of("%s: %d writes, one is %d: %s"
                        .formatted(
                                what,
                                falsely.size(),
                                falsely.get(0).id(),
                                falsely.get(0).error()));
    }
}
