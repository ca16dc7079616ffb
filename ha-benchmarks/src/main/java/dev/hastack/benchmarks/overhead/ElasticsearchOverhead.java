package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.overhead.Comparison.Limit;
import dev.hastack.testkit.ElasticsearchCluster;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Runs {@link RequestBenchmark}; a real node answers the probes, and nothing else. */
public final class ElasticsearchOverhead {
    private static final Limit OF_A_CALL = new Limit(false, 5_000);

    private ElasticsearchOverhead() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 5 unless given
     */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        try (ElasticsearchCluster cluster =
                ElasticsearchCluster.builder().node("es-1").start()) {
            Comparison comparison = new Comparison(
                    RequestBenchmark.class,
                    List.of("search", "index"),
                    "ha",
                    "plain",
                    List.of(RequestClients.ADDRESS + "=" + cluster.node("es-1").address()));
            List<Round> measured = comparison.measure(rounds);
            comparison.print(measured);
            comparison.judge(measured, "search", OF_A_CALL);
            comparison.judge(measured, "index", OF_A_CALL);
        }
    }
}
