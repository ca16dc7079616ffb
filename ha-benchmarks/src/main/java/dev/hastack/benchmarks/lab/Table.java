package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.Series;
import dev.hastack.benchmarks.lab.round.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A row of figures for every fault and client, as a table of Markdown whose columns are aligned. */
final class Table {
    private static final List<Column> COLUMNS = List.of(
            new Column("write silence, ms", Outcome::writeSilence),
            new Column("read silence, ms", Outcome::readSilence),
            new Column("failed writes", Outcome::failedWrites),
            new Column("failed reads", Outcome::failedReads),
            new Column("lost", Outcome::lost),
            new Column("only on stale", Outcome::onlyStale),
            new Column("untold", Outcome::untold),
            new Column("misled", Outcome::misled),
            new Column("longest call, ms", Outcome::longestCall),
            new Column("stalest read, ms", Outcome::stalest));

    private final List<List<String>> rows = new ArrayList<>();

    private record Column(String title, ToDoubleFunction<Outcome> figure) {}

    Table() {
        List<String> titles = new ArrayList<>(List.of("fault", "client", "rounds", "first write, ms"));
        COLUMNS.forEach(column -> titles.add(column.title()));
        rows.add(titles);
    }

    /** @param outcomes at least one */
    void add(String fault, String client, List<Outcome> outcomes) {
        List<String> row = new ArrayList<>(List.of(fault, client, Integer.toString(outcomes.size())));
        boolean promoted =
                outcomes.stream().allMatch(outcome -> outcome.firstWrite().isPresent());
        row.add(promoted ? cell(outcomes, Outcome::firstWriteOrNever) : "");
        COLUMNS.forEach(column -> row.add(cell(outcomes, column.figure())));
        rows.add(row);
    }

    /** The median and the worst, or one of them if they are the same. */
    private static String cell(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
        Series series = Series.of(outcomes.stream().mapToDouble(figure).boxed().toList());
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
        int columns = rows.get(0).size();
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        List<String> lines =
                new ArrayList<>(rows.stream().map(row -> line(row, widths)).toList());
        lines.add(
                1,
                IntStream.range(0, columns)
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
