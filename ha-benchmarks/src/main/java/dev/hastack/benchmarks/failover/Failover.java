package dev.hastack.benchmarks.failover;

import dev.hastack.benchmarks.Series;
import dev.hastack.testkit.PostgresCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Runs rounds of every client in turn and prints each, then the median and the worst of each client. */
public final class Failover {
    private static final List<Client> CLIENTS = List.of(new HaStackClient(), new HikariClient());

    private Failover() {}

    /**
     * Measures and prints.
     *
     * @param args the number of rounds, 10 unless given; and the milliseconds from the kill to the promotion, 500 unless
     *     given
     */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        Fault fault = new KilledPrimary(Duration.ofMillis(args.length > 1 ? Long.parseLong(args[1]) : 500));
        System.out.println("fault: " + fault.name());
        CLIENTS.forEach(client -> System.out.println(client.name() + ": " + client.configuration()));
        Map<Client, List<Outcome>> outcomes = new LinkedHashMap<>();
        try (PostgresCluster cluster = Cluster.start()) {
            // Round 0 warms up code and caches, and does not count.
            for (int round = 0; round <= rounds; round++) {
                for (Client client : order(round)) {
                    Outcome outcome = new Round(client, fault).run(cluster);
                    System.out.printf("round %2d, %-8s: %s%n", round, client.name(), outcome);
                    if (round > 0) {
                        outcomes.computeIfAbsent(client, c -> new ArrayList<>()).add(outcome);
                    }
                }
            }
        }
        report(outcomes);
    }

    /** Alternates, so that no client always comes after the same. */
    private static List<Client> order(int round) {
        List<Client> order = new ArrayList<>(CLIENTS);
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }

    private static void report(Map<Client, List<Outcome>> outcomes) {
        System.out.printf(
                "%n%-9s %7s %22s %24s %13s %12s%n",
                "", "rounds", "first write, ms", "longest silence, ms", "failed calls", "lost writes");
        System.out.printf(
                "%-9s %7s %11s %10s %13s %10s %13s %12s%n", "", "", "median", "worst", "median", "worst", "", "");
        outcomes.forEach((client, all) -> {
            Series first = series(all, Outcome::firstWrite);
            Series silence = series(all, Outcome::silence);
            System.out.printf(
                    "%-9s %7d %11s %10s %13s %10s %13d %12d%n",
                    client.name(),
                    all.size(),
                    Outcome.millis(first.median()),
                    Outcome.millis(first.greatest()),
                    Outcome.millis(silence.median()),
                    Outcome.millis(silence.greatest()),
                    all.stream().mapToInt(Outcome::failed).sum(),
                    all.stream().mapToInt(Outcome::lost).sum());
        });
    }

    private static Series series(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
        return Series.of(outcomes.stream().mapToDouble(figure).boxed().toList());
    }
}
