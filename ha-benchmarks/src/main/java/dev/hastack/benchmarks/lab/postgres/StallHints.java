package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
 * ha-stack probes. The servers count the probes: each is one transaction in the application's database, where nobody else
 * is but the statements themselves.
 */
public final class StallHints {
    private static final int THREADS = 4;
    private static final Duration CALM = Duration.ofSeconds(15);
    private static final Duration BUSY = Duration.ofSeconds(30);
    private static final double MOST_PER_SECOND = 5;
    /** A server shows a session's transactions up to a second late, and up to ten while it is idle. */
    private static final Duration SHOWN = Duration.ofSeconds(2);

    private StallHints() {}

    /** Measures and prints; whether the target is held. */
    public static boolean run() throws Exception {
        try (PostgresServers servers = PostgresServers.start();
                HaStack stack = HaStack.open(StackConfig.of(servers.properties()))) {
            if (!stack.awaitReady(Duration.ofSeconds(20))) {
                throw new IllegalStateException("not ready: " + stack.health());
            }
            // The pools fill up first.
            TimeUnit.NANOSECONDS.sleep(SHOWN.toNanos() * 2);
            Map<PostgresNode, Double> calm = rates(servers, CALM, () -> {
                TimeUnit.NANOSECONDS.sleep(CALM.toNanos());
                return 0;
            });
            DataSource primary = stack.get(HaPostgres.class).primary();
            Map<PostgresNode, Double> busy = rates(servers, BUSY, () -> sleepers(primary));
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

    /** @param work takes as long as {@code time}, and says how many statements of its own it ran on the primary */
    private static Map<PostgresNode, Double> rates(PostgresServers servers, Duration time, Callable<Integer> work)
            throws Exception {
        List<PostgresNode> nodes = servers.cluster().nodes();
        Map<PostgresNode, Long> before = new LinkedHashMap<>();
        for (PostgresNode node : nodes) {
            before.put(node, transactions(node));
        }
        int own = work.call();
        TimeUnit.NANOSECONDS.sleep(SHOWN.toNanos());
        Map<PostgresNode, Double> rates = new LinkedHashMap<>();
        for (PostgresNode node : nodes) {
            long count = transactions(node) - before.getOrDefault(node, 0L) - (node == servers.main() ? own : 0);
            rates.put(node, count / (double) time.plus(SHOWN).toSeconds());
        }
        return rates;
    }

    private static long transactions(PostgresNode node) throws SQLException {
        return Long.parseLong(String.valueOf(
                node.query("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'app'")));
    }

    private static int sleepers(DataSource primary) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long begin = System.nanoTime();
            Callable<Integer> sleeper = () -> {
                int count = 0;
                while (System.nanoTime() - begin < BUSY.toNanos()) {
                    try (Connection connection = primary.getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("SELECT pg_sleep(2)");
                    }
                    count++;
                }
                return count;
            };
            int own = 0;
            for (Future<Integer> counted : threads.invokeAll(List.of(sleeper, sleeper, sleeper, sleeper))) {
                own += counted.get();
            }
            return own;
        } finally {
            threads.shutdownNow();
        }
    }
}
