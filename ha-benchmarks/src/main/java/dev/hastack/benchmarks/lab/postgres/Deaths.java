package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.Series;
import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Change;
import dev.hastack.postgres.HaPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How soon a process that does nothing learns that the primary was killed: no call fails that would tell, and the next
 * probe is up to a second away.
 */
public final class Deaths {
    private static final int ROUNDS = 10;

    private Deaths() {}

    /** Measures and prints. */
    public static void run() throws Exception {
        List<Double> millis = new ArrayList<>();
        try (PostgresServers servers = PostgresServers.start(Map.of())) {
            for (int round = 0; round <= ROUNDS; round++) {
                servers.reset();
                double took = round(servers);
                System.out.printf(Locale.ROOT, "round %2d: noticed after %6.1f ms%n", round, took);
                if (round > 0) {
                    millis.add(took);
                }
            }
        }
        Series series = Series.of(millis);
        System.out.printf(
                Locale.ROOT,
                "an idle process noticed the death of the primary after a median of %.1f ms, %.1f at worst;"
                        + " probes are 1000 ms apart%n",
                series.median(),
                series.greatest());
    }

    private static double round(PostgresServers servers) throws Exception {
        try (HaStack stack = HaStackClient.connect(servers)) {
            CompletableFuture<Long> noticed = new CompletableFuture<>();
            stack.subscribe(event -> {
                if (event.change() instanceof Change.PrimaryLost) {
                    noticed.complete(System.nanoTime());
                }
            });
            // Calm again: for a second after a change all nodes are probed in haste.
            TimeUnit.SECONDS.sleep(2);
            if (stack.get(HaPostgres.class).topology().writable().isEmpty()) {
                throw new IllegalStateException("no primary: " + stack.health());
            }
            long struck = System.nanoTime();
            servers.main().kill();
            return (noticed.get(20, TimeUnit.SECONDS) - struck) / 1e6;
        }
    }
}
