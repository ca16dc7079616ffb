package dev.hastack.benchmarks.overhead;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;

/**
 * What every benchmark took in one round.
 *
 * @param figures by the names of the benchmarks' methods
 */
record Round(Map<String, Figure> figures) {
    /**
     * The percentile of a JVM's iterations, by time per call, that counts. They are so short that some fit between two
     * interruptions by other programs of the machine; the slower ones were disturbed.
     */
    private static final double UNDISTURBED = 5;

    record Figure(double nanos, double bytes) {}

    /** What JMH measured, its profiler of allocations among it. */
    static Round of(Collection<RunResult> results) {
        Map<String, Figure> figures = new TreeMap<>();
        for (RunResult result : results) {
            String name = result.getPrimaryResult().getLabel();
            double nanos = result.getPrimaryResult().getStatistics().getPercentile(UNDISTURBED);
            figures.put(name, new Figure(nanos, bytes(result)));
        }
        return new Round(figures);
    }

    private static double bytes(RunResult result) {
        return result.getSecondaryResults().values().stream()
                .filter(r -> r.getLabel().endsWith("gc.alloc.rate.norm"))
                .mapToDouble(r -> r.getScore())
                .findFirst()
                .orElseThrow();
    }

    boolean has(String task, String by) {
        return figures.containsKey(task + "_" + by);
    }

    Figure of(String task, String by) {
        return Objects.requireNonNull(figures.get(task + "_" + by), () -> "not measured: " + task + "_" + by);
    }

    @Override
    public String toString() {
        return figures.entrySet().stream()
                .map(e -> String.format(
                        Locale.ROOT, "%s %.1f", e.getKey(), e.getValue().nanos()))
                .collect(Collectors.joining(", "));
    }
}
