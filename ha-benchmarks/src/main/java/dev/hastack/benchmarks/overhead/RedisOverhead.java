package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.overhead.Comparison.Limit;
import dev.hastack.testkit.RedisReplication;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Runs {@link CommandBenchmark} on one real server. */
public final class RedisOverhead {
    private static final Limit OF_A_CALL = new Limit(true, 1.05);
    private static final Limit PIPELINED = new Limit(false, 200);

    private RedisOverhead() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 5 unless given
     */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        try (RedisReplication redis = RedisReplication.builder().node("main").start()) {
            Comparison comparison = new Comparison(
                    CommandBenchmark.class,
                    List.of("get", "set", "pipelined"),
                    "ha",
                    "lettuce",
                    List.of(RedisConnections.ADDRESS + "=" + redis.primary().address()));
            List<Round> measured = comparison.measure(rounds);
            comparison.print(measured);
            comparison.judge(measured, "get", OF_A_CALL);
            comparison.judge(measured, "set", OF_A_CALL);
            comparison.judge(measured, "pipelined", PIPELINED);
        }
    }
}
