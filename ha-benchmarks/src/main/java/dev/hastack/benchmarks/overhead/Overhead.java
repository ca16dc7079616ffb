package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link BorrowBenchmark} so that its ratios hold on a machine that is not quiet: in rounds, each of which forks a
 * JVM for every benchmark in turn, so that what is compared ran within a minute of one another. The ratio of a round is
 * formed first, and the median over the rounds is what is told.
 */
public final class Overhead {
    private static final List<String> TASKS = List.of("primary", "replica", "routed");
    private static final List<String> PEERS = List.of("tracked", "bare");
    private static final List<Integer> THREADS = List.of(1, 4);

    private static final String HA = "ha";
    private static final String HA_OF_TWO = "ha2";
    /**
     * The percentile of a JVM's iterations, by time per call, that counts. They are so short that some fit between two
     * interruptions by other programs of the machine; the slower ones were disturbed.
     */
    private static final double UNDISTURBED = 5;

    private record Figure(double nanos, double bytes) {}

    private record Round(Map<String, Figure> figures) {
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

    private Overhead() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 5 unless given
     */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        Map<Integer, List<Round>> measured = new TreeMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (int threads : THREADS) {
                Round figures = measure(threads);
                measured.computeIfAbsent(threads, t -> new ArrayList<>()).add(figures);
                System.out.printf("round %d, %d thread(s), ns/op: %s%n", round, threads, figures);
            }
        }
        measured.forEach(Overhead::report);
    }

    private static Round measure(int threads) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(BorrowBenchmark.class.getName())
                .threads(threads)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.milliseconds(700))
                .measurementIterations(150)
                .measurementTime(TimeValue.milliseconds(3))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("-Xms512m", "-Xmx512m", "-XX:+UseParallelGC")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        Map<String, Figure> figures = new TreeMap<>();
        for (RunResult result : new Runner(options).run()) {
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

    private static void report(int threads, List<Round> rounds) {
        System.out.printf("%n%d thread(s), medians of %d rounds%n", threads, rounds.size());
        System.out.printf("%-8s %-8s %8s %8s %24s%n", "task", "by", "ns/op", "B/op", "ha-stack's ratio to it");
        for (String task : TASKS) {
            row(rounds, task, HA, "");
            if (task.equals("replica")) {
                row(rounds, task, HA_OF_TWO, "");
            }
            for (String peer : PEERS) {
                row(rounds, task, peer, ratio(rounds, task, HA, peer));
            }
        }
        System.out.println("replica, of two, to tracked: " + ratio(rounds, "replica", HA_OF_TWO, "tracked"));
    }

    private static String ratio(List<Round> rounds, String task, String by, String peer) {
        Series ratios =
                series(rounds, r -> r.of(task, by).nanos() / r.of(task, peer).nanos());
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratios.median(), ratios.least(), ratios.greatest());
    }

    private static void row(List<Round> rounds, String task, String by, String ratio) {
        double nanos = series(rounds, r -> r.of(task, by).nanos()).median();
        double bytes = series(rounds, r -> r.of(task, by).bytes()).median();
        System.out.printf(Locale.ROOT, "%-8s %-8s %8.1f %8.1f %24s%n", task, by, nanos, bytes, ratio);
    }

    private static Series series(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Series.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
