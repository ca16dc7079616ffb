package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.Series;
import dev.hastack.testkit.RedisReplication;
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
 * Runs {@link CommandBenchmark} on one real server, in rounds like those of {@link Overhead}: the two that are compared
 * run one right after the other, each in a JVM of its own, and who comes first alternates.
 */
public final class RedisOverhead {
    private static final List<String> TASKS = List.of("get", "set", "pipelined");
    private static final String HA = "ha";
    private static final String PEER = "lettuce";
    private static final double MOST_OF_A_CALL = 1.05;
    private static final double MOST_NANOS_PIPELINED = 200;

    private RedisOverhead() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 5 unless given
     */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        List<Round> measured = new ArrayList<>();
        try (RedisReplication redis = RedisReplication.builder().node("main").start()) {
            for (int number = 1; number <= rounds; number++) {
                Round round = measure(redis.primary().address(), number % 2 == 0);
                measured.add(round);
                System.out.printf("round %d, ns/op: %s%n", number, round);
            }
        }
        print(measured);
    }

    private static Round measure(String address, boolean reversed) throws RunnerException {
        List<String> order = new ArrayList<>(List.of(HA, PEER));
        if (reversed) {
            Collections.reverse(order);
        }
        Collection<RunResult> results = new ArrayList<>();
        for (String task : TASKS) {
            for (String by : order) {
                results.addAll(fork(task + "_" + by, address));
            }
        }
        return Round.of(results);
    }

    private static Collection<RunResult> fork(String benchmark, String address) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(CommandBenchmark.class.getName() + "." + benchmark + "$")
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(100)
                        .measurementTime(TimeValue.milliseconds(50))
                        .addProfiler(GCProfiler.class)
                        .jvmArgsAppend(
                                "-Xms512m",
                                "-Xmx512m",
                                "-XX:+UseParallelGC",
                                "-D" + RedisConnections.ADDRESS + "=" + address)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
    }

    private static void print(List<Round> rounds) {
        System.out.printf("%nmedians of %d rounds, with the least and the greatest%n", rounds.size());
        System.out.printf("%-10s %-8s %10s %8s%n", "task", "by", "ns/op", "B/op");
        for (String task : TASKS) {
            for (String by : List.of(HA, PEER)) {
                System.out.printf(
                        Locale.ROOT,
                        "%-10s %-8s %10.1f %8.1f%n",
                        task,
                        by,
                        series(rounds, round -> round.of(task, by).nanos()).median(),
                        series(rounds, round -> round.of(task, by).bytes()).median());
            }
        }
        for (String task : TASKS) {
            Series ratio = series(rounds, round -> nanos(round, task, HA) / nanos(round, task, PEER));
            Series added = series(rounds, round -> nanos(round, task, HA) - nanos(round, task, PEER));
            boolean pipelined = task.equals("pipelined");
            boolean held = pipelined ? added.median() <= MOST_NANOS_PIPELINED : ratio.median() <= MOST_OF_A_CALL;
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
                    pipelined ? "200 ns added" : "a ratio of 1.05");
        }
    }

    private static double nanos(Round round, String task, String by) {
        return round.of(task, by).nanos();
    }

    private static Series series(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Series.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
