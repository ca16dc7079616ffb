package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.Series;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Two who do the same tasks, in rounds like those of {@link Overhead}: the two run one right after the other, each in a JVM
 * of its own, and who comes first alternates.
 *
 * @param benchmark has a method for each task and each of the two: {@code task_by}
 * @param by the one that is judged
 * @param peer the one that it is compared with
 * @param properties system properties of each JVM: {@code name=value}
 */
record Comparison(Class<?> benchmark, List<String> tasks, String by, String peer, List<String> properties) {

    Comparison {
        tasks = List.copyOf(tasks);
        properties = List.copyOf(properties);
    }

    List<Round> measure(int rounds) throws RunnerException {
        List<Round> measured = new ArrayList<>();
        for (int number = 1; number <= rounds; number++) {
            Round round = measure(number % 2 == 0);
            measured.add(round);
            System.out.printf("round %d, ns/op: %s%n", number, round);
        }
        return measured;
    }

    private Round measure(boolean reversed) throws RunnerException {
        List<String> order = new ArrayList<>(List.of(by, peer));
        if (reversed) {
            Collections.reverse(order);
        }
        Collection<RunResult> results = new ArrayList<>();
        for (String task : tasks) {
            for (String one : order) {
                results.addAll(fork(task + "_" + one));
            }
        }
        return Round.of(results);
    }

    private Collection<RunResult> fork(String method) throws RunnerException {
        List<String> jvm = new ArrayList<>(List.of("-Xms512m", "-Xmx512m", "-XX:+UseParallelGC"));
        properties.forEach(property -> jvm.add("-D" + property));
        return new Runner(new OptionsBuilder()
                        .include(benchmark.getName() + "." + method + "$")
                        .forks(1)
                        .warmupIterations(10)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(100)
                        .measurementTime(TimeValue.milliseconds(50))
                        .addProfiler(GCProfiler.class)
                        .jvmArgsAppend(jvm.toArray(String[]::new))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
    }

    /** Prints a row for each task and each of the two. */
    void print(List<Round> rounds) {
        System.out.printf("%nmedians of %d rounds, with the least and the greatest%n", rounds.size());
        System.out.printf("%-10s %-8s %10s %8s%n", "task", "by", "ns/op", "B/op");
        for (String task : tasks) {
            for (String one : List.of(by, peer)) {
                System.out.printf(
                        Locale.ROOT,
                        "%-10s %-8s %10.1f %8.1f%n",
                        task,
                        one,
                        series(rounds, round -> round.of(task, one).nanos()).median(),
                        series(rounds, round -> round.of(task, one).bytes()).median());
            }
        }
    }

    /** Prints what the one that is judged adds to a task, and whether that is little enough. */
    void judge(List<Round> rounds, String task, Limit limit) {
        Series ratio = series(rounds, round -> nanos(round, task, by) / nanos(round, task, peer));
        Series added = series(rounds, round -> nanos(round, task, by) - nanos(round, task, peer));
        boolean held = limit.relative() ? ratio.median() <= limit.most() : added.median() <= limit.most();
        System.out.printf(
                Locale.ROOT,
                "%s: %s: ratio %.3f (%.3f to %.3f), added %.0f ns (%.0f to %.0f); at most %s%n",
                held ? "held" : "missed",
                task,
                ratio.median(),
                ratio.least(),
                ratio.greatest(),
                added.median(),
                added.least(),
                added.greatest(),
                limit);
    }

    /**
     * How much may be added.
     *
     * @param relative whether that is a ratio of the two, instead of nanoseconds
     */
    record Limit(boolean relative, double most) {
        @Override
        public String toString() {
            return relative
                    ? String.format(Locale.ROOT, "a ratio of %.2f", most)
                    : String.format(Locale.ROOT, "%.0f ns added", most);
        }
    }

    private static double nanos(Round round, String task, String by) {
        return round.of(task, by).nanos();
    }

    private static Series series(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Series.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
