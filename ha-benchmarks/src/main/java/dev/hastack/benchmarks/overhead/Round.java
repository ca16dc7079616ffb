package dev.hastack.benchmarks.overhead;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What every benchmark took in one round.
 *
 * @param figures by the names of the benchmarks' methods
 */
record Round(Map<String, Figure> figures) {

    record Figure(double nanos, double bytes) {}

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
