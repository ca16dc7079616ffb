package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.Series;
import dev.hastack.benchmarks.lab.round.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A row of figures for every fault and client, as a table of Markdown whose columns are aligned.
 *
 * @param <O> what a round shows
 */
final class Table<O> {
    private final List<Column<O>> columns;
    private final List<List<String>> rows = new ArrayList<>();

    Table(List<Column<O>> columns) {
        this.columns = List.copyOf(columns);
        List<String> titles = new ArrayList<>(List.of("fault", "client", "rounds"));
        columns.forEach(column -> titles.add(column.title()));
        rows.add(titles);
    }

    /** @param outcomes at least one */
    void add(String fault, String client, List<O> outcomes) {
        List<String> row = new ArrayList<>(List.of(fault, client, Integer.toString(outcomes.size())));
        columns.forEach(column -> row.add(cell(outcomes.stream()
                .map(column.figure())
                .flatMapToDouble(OptionalDouble::stream)
                .boxed()
                .toList())));
        rows.add(row);
    }

    /** The median and the worst, or one of them if they are the same; empty if there is none. */
    private static String cell(List<Double> figures) {
        if (figures.isEmpty()) {
            return "";
        }
        Series series = Series.of(figures);
        String median = number(series.median());
        String worst = number(series.greatest());
        return median.equals(worst) ? median : median + " / " + worst;
    }

    static String number(double value) {
        if (Double.isInfinite(value)) {
            return "never";
        }
        return value < 100 && value != Math.rint(value)
                ? String.format(Locale.ROOT, "%.1f", value)
                : String.format(Locale.ROOT, "%.0f", value);
    }

    @Override
    public String toString() {
        int width = rows.get(0).size();
        int[] widths = IntStream.range(0, width)
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        List<String> lines =
                new ArrayList<>(rows.stream().map(row -> line(row, widths)).toList());
        lines.add(
                1,
                IntStream.range(0, width)
                        .mapToObj(column -> "-".repeat(widths[column] + 1) + (isText(column) ? "-" : ":"))
                        .collect(Collectors.joining("|", "|", "|")));
        return String.join("\n", lines);
    }

    private static String line(List<String> row, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> {
                    String padding = " ".repeat(widths[column] - row.get(column).length());
                    return isText(column) ? row.get(column) + padding : padding + row.get(column);
                })
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static boolean isText(int column) {
        return column < 2;
    }
}
