package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hastack.core.select.Selection;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs the files of {@code balance/}: calls in flight on each node, and the share of the next calls that each gets.
 *
 * <pre>
 * description: who gets how much, in a sentence
 * inFlight: [0, 5, 5]
 * holds: true           # each call stays in flight; otherwise it ends before the next begins
 * iterations: 10000
 * shares: [0.67, 0.17, 0.17]
 * tolerance: 0.03
 * </pre>
 */
final class BalanceScenario {
    private static final long SEED = 42;

    private BalanceScenario() {}

    static void run(Fields file) {
        file.text("description");
        long[] inFlight = file.numbers("inFlight").stream().mapToLong(n -> n).toArray();
        boolean holds = file.flag("holds");
        long iterations = file.number("iterations", 10_000);
        List<Double> shares = file.list("shares").stream()
                .map(share -> Double.valueOf(String.valueOf(share)))
                .toList();
        double tolerance = Double.parseDouble(file.text("tolerance"));
        file.end();
        assertThat(shares).as("%s.shares", file.path()).hasSize(inFlight.length);

        long[] got = new long[inFlight.length];
        SplittableRandom random = new SplittableRandom(SEED);
        for (long i = 0; i < iterations; i++) {
            int chosen = Selection.choose(inFlight.length, node -> (int) inFlight[node], random.nextInt());
            got[chosen]++;
            if (holds) {
                inFlight[chosen]++;
            }
        }
        for (int node = 0; node < got.length; node++) {
            assertThat((double) got[node] / iterations)
                    .as("%s: the share of node %d", file.path(), node)
                    .isCloseTo(shares.get(node), within(tolerance));
        }
    }
}
