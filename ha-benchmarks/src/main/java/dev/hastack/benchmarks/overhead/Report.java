package dev.hastack.benchmarks.overhead;

import dev.hastack.benchmarks.Series;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The table of what some rounds measured: medians, and ratios that were formed within each round first.
 *
 * @param rounds at least one
 */
record Report(List<Round> rounds) {
    private static final List<String> TASKS = List.of("primary", "replica", "routed", "written");
    private static final List<String> PEERS =
            List.of("tracked", "bare", "spring", "springBare", "aws", "awsAround", "sharding");
    /** Those that do what {@code dataSource()} does, and over pools that are tracked like its own. */
    private static final List<String> ROUTERS = List.of("spring", "aws", "awsAround", "sharding");

    private static final String HA = "ha";
    private static final String HA_OF_TWO = "ha2";

    void print(int threads) {
        System.out.printf("%n%d thread(s), medians of %d rounds%n", threads, rounds.size());
        System.out.printf("%-8s %-10s %8s %8s %24s%n", "task", "by", "ns/op", "B/op", "ha-stack's ratio to it");
        for (String task : TASKS) {
            row(task, HA, "");
            if (rounds.get(0).has(task, HA_OF_TWO)) {
                row(task, HA_OF_TWO, "");
            }
            for (String peer : PEERS) {
                if (rounds.stream().anyMatch(round -> round.has(task, peer))) {
                    row(task, peer, told(ratio(task, HA, peer)));
                }
            }
        }
        System.out.println("replica, of two, to tracked: " + told(ratio("replica", HA_OF_TWO, "tracked")));
        verdict("routed");
        verdict("written");
    }

    private void verdict(String task) {
        String next = ROUTERS.stream()
                .min(Comparator.comparingDouble(by -> nanos(task, by)))
                .orElseThrow();
        Series ratio = ratio(task, HA, next);
        System.out.printf(
                "%s: dataSource() %s the fastest of those that route, the next or first being %s, ratio %s%n",
                task, ratio.median() <= 1 ? "is" : "IS NOT", next, told(ratio));
    }

    private void row(String task, String by, String ratio) {
        double bytes = series(task, by, r -> r.of(task, by).bytes()).median();
        System.out.printf(Locale.ROOT, "%-8s %-10s %8.1f %8.1f %24s%n", task, by, nanos(task, by), bytes, ratio);
    }

    private double nanos(String task, String by) {
        return series(task, by, r -> r.of(task, by).nanos()).median();
    }

    private Series ratio(String task, String by, String peer) {
        return series(task, peer, r -> r.of(task, by).nanos() / r.of(task, peer).nanos());
    }

    private Series series(String task, String by, ToDoubleFunction<Round> figure) {
        return Series.of(rounds.stream()
                .filter(round -> round.has(task, by))
                .mapToDouble(figure)
                .boxed()
                .toList());
    }

    private static String told(Series ratios) {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratios.median(), ratios.least(), ratios.greatest());
    }
}
