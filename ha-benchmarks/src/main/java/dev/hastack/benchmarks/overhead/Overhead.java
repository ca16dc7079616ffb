package dev.hastack.benchmarks.overhead;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link BorrowBenchmark} so that its ratios hold on a machine that is not quiet: in rounds, each of which forks a
 * JVM for every benchmark in turn, so that what is compared ran within a minute of one another. The ratio of a round is
 * formed first, and the median over the rounds is what is told.
 */
public final class Overhead {
    private static final List<Integer> THREADS = List.of(1, 4);

    /** Those that take a hundred times as long are measured in the first round only: their ratios need no more. */
    private static final String SLOW = ".*_(aws|awsAround|sharding)";

    private Overhead() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 5 unless given
     */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        System.out.println("spring: " + SpringPeer.CONFIGURATION);
        System.out.println("aws: " + AwsPeer.CONFIGURATION);
        System.out.println(
                "sharding: ShardingSphere-JDBC, HikariCP over main and over a replica\n" + ShardingPeer.CONFIGURATION);
        Map<Integer, List<Round>> measured = new TreeMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (int threads : THREADS) {
                Round figures = measure(threads, round == 1);
                measured.computeIfAbsent(threads, t -> new ArrayList<>()).add(figures);
                System.out.printf("round %d, %d thread(s), ns/op: %s%n", round, threads, figures);
            }
        }
        measured.forEach((threads, figures) -> new Report(figures).print(threads));
    }

    private static Round measure(int threads, boolean all) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
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
                .verbosity(VerboseMode.SILENT);
        if (!all) {
            options.exclude(SLOW);
        }
        return Round.of(new Runner(options.build()).run());
    }
}
