package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.round.Recording;
import dev.hastack.benchmarks.lab.round.Servers.Stored;
import java.util.Map;
import java.util.TreeMap;

/** How often each trouble struck, and what callers saw of it. */
final class Tally {
    private final Map<String, Line> lines = new TreeMap<>();

    /**
     * Sums of one trouble.
     *
     * @param unknown writes whose callers were told that nobody knows what became of them
     * @param refused writes whose callers were told that they are committed nowhere
     * @param onlyStale rows that a superseded primary had and the new one had not
     */
    record Line(int times, int written, int unknown, int refused, int onlyStale, int read, int failedReads) {
        static final Line NONE = new Line(0, 0, 0, 0, 0, 0, 0);

        Line plus(Line other) {
            return new Line(
                    times + other.times,
                    written + other.written,
                    unknown + other.unknown,
                    refused + other.refused,
                    onlyStale + other.onlyStale,
                    read + other.read,
                    failedReads + other.failedReads);
        }

        @Override
        public String toString() {
            return "%d written, %d unknown, %d refused, %d on a superseded primary only; %d read, %d failed"
                    .formatted(written, unknown, refused, onlyStale, read, failedReads);
        }
    }

    /** Counts one; returns it alone. */
    Line count(String trouble, Recording recording, Stored stored) {
        int unknown = (int) recording.failed().stream()
                .filter(Recording.Failed::toldUnknown)
                .count();
        Line line = new Line(
                1,
                recording.acknowledged().size(),
                unknown,
                recording.failed().size() - unknown,
                stored.onlyStale().size(),
                recording.reads().size(),
                recording.failedReads());
        lines.merge(trouble, line, Line::plus);
        return line;
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder("%-14s %6s %9s %8s %8s %10s %9s %12s%n"
                .formatted("fault", "times", "written", "unknown", "refused", "only stale", "read", "failed reads"));
        lines.forEach((trouble, line) -> table.append(row(trouble, line)));
        return table.append(row("all", lines.values().stream().reduce(Line.NONE, Line::plus)))
                .toString();
    }

    private static String row(String name, Line line) {
        return "%-14s %6d %9d %8d %8d %10d %9d %12d%n"
                .formatted(
                        name,
                        line.times(),
                        line.written(),
                        line.unknown(),
                        line.refused(),
                        line.onlyStale(),
                        line.read(),
                        line.failedReads());
    }
}
