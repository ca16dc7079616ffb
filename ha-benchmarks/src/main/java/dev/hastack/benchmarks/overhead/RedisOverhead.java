package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.overhead.Comparison.Limit;
import dev.hastack.testkit.RedisReplication;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.openjdk.jmh.runner.RunnerException;

/** Runs {@link CommandBenchmark} on one real server. */
public final class RedisOverhead {
    private static final Limit OF_A_CALL = new Limit(true, 1.05);
    private static final Map<String, Limit> LIMITS =
            new TreeMap<>(Map.of("get", OF_A_CALL, "set", OF_A_CALL, "pipelined", new Limit(false, 150)));

    private RedisOverhead() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 5 unless given, and the tasks, all unless given
     */
    public static void main(String[] args) throws RunnerException {
        int rounds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        List<String> tasks =
                args.length < 2 ? List.copyOf(LIMITS.keySet()) : List.of(args).subList(1, args.length);
        if (!LIMITS.keySet().containsAll(tasks)) {
            throw new IllegalArgumentException("the tasks are " + LIMITS.keySet() + ", and not " + tasks);
        }
        try (RedisReplication redis = RedisReplication.builder().node("main").start()) {
            Comparison comparison = new Comparison(
                    CommandBenchmark.class,
                    tasks,
                    "ha",
                    "lettuce",
                    List.of(RedisConnections.ADDRESS + "=" + redis.primary().address()));
            List<Round> measured = comparison.measure(rounds);
            comparison.print(measured);
            tasks.forEach(task -> comparison.judge(measured, task, Objects.requireNonNull(LIMITS.get(task))));
        }
    }
}
