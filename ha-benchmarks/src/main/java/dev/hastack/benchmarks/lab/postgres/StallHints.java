package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.core.HaStack;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * What statements that are slow by nature cost: connections are in use and none comes back, which looks like a hang, and
 * ha-stack probes. The servers' logs count the probes. (Their statistics do not: a session reports its transactions
 * together with accesses to tables, and a probe has none.)
 */
public final class StallHints {
    private static final int THREADS = 4;
    private static final Duration CALM = Duration.ofSeconds(15);
    private static final Duration BUSY = Duration.ofSeconds(30);
    private static final double MOST_PER_SECOND = 5;
    /** What a probe asks first, in the log of a server that logs every statement. */
    private static final String PROBE = "SELECT pg_is_in_recovery()";

    private static final Duration SETTLING = Duration.ofSeconds(5);

    private StallHints() {}

    /** Measures and prints; whether the target is held. */
    public static boolean run() throws Exception {
        try (PostgresServers servers = PostgresServers.start(Map.of("log_statement", "all"));
                HaStack stack = HaStackClient.connect(servers)) {
            // The pools fill up first.
            TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
            Map<PostgresNode, Double> calm = rates(servers, () -> TimeUnit.NANOSECONDS.sleep(CALM.toNanos()));
            DataSource primary = stack.get(HaPostgres.class).primary();
            Map<PostgresNode, Double> busy = rates(servers, () -> sleep(primary));
            System.out.printf(
                    "%d threads run SELECT pg_sleep(2) through primary() for %d s%n", THREADS, BUSY.toSeconds());
            boolean held = true;
            for (PostgresNode node : servers.cluster().nodes()) {
                double rate = busy.getOrDefault(node, Double.NaN);
                held &= rate <= MOST_PER_SECOND;
                System.out.printf(
                        Locale.ROOT,
                        "%-8s %5.2f probes per second, calm %5.2f%n",
                        node.id(),
                        rate,
                        calm.getOrDefault(node, Double.NaN));
            }
            System.out.printf(
                    Locale.ROOT, "%s: at most %.0f per second and node%n", held ? "held" : "missed", MOST_PER_SECOND);
            return held;
        }
    }

    /** How many probes per second each node gets while the work is done. */
    private static Map<PostgresNode, Double> rates(PostgresServers servers, Work work) throws Exception {
        List<PostgresNode> nodes = servers.cluster().nodes();
        Map<PostgresNode, Long> before = new LinkedHashMap<>();
        nodes.forEach(node -> before.put(node, probes(node)));
        long begin = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - begin) / 1e9;
        Map<PostgresNode, Double> rates = new LinkedHashMap<>();
        nodes.forEach(node -> rates.put(node, (probes(node) - before.getOrDefault(node, 0L)) / seconds));
        return rates;
    }

    private static long probes(PostgresNode node) {
        long count = node.log(Integer.MAX_VALUE)
                .lines()
                .filter(line -> line.contains(PROBE))
                .count();
        if (count == 0) {
            throw new IllegalStateException("no statement in the log of " + node + " contains " + PROBE
                    + ": does a probe begin otherwise by now?");
        }
        return count;
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void sleep(DataSource primary) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long begin = System.nanoTime();
            Callable<Boolean> sleeper = () -> {
                while (System.nanoTime() - begin < BUSY.toNanos()) {
                    try (Connection connection = primary.getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("SELECT pg_sleep(2)");
                    }
                }
                return true;
            };
            for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(THREADS, sleeper))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
