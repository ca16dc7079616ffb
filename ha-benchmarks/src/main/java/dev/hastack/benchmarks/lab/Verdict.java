package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.Series;
import dev.hastack.benchmarks.lab.round.Outcome;
import dev.hastack.benchmarks.lab.round.Target;
import java.util.List;
import java.util.Locale;

/**
 * Whether a target is held.
 *
 * @param figure the median of the rounds, or the worst, as the target asks
 */
record Verdict(Target target, double figure) {

    /** @param outcomes of the target's fault, at least one */
    static Verdict of(Target target, List<Outcome> outcomes) {
        Series series =
                Series.of(outcomes.stream().mapToDouble(target.figure()).boxed().toList());
        return new Verdict(target, target.everyRound() ? series.greatest() : series.median());
    }

    boolean held() {
        return figure <= target.limit();
    }

    @Override
    public String toString() {
        String limit = target.everyRound() && target.limit() == 0
                ? "none allowed in any round"
                : String.format(
                        Locale.ROOT,
                        "at most %.0f%s in %s",
                        target.limit(),
                        target.unit(),
                        target.everyRound() ? "any round" : "the median");
        return "%s: %s, %s: %s%s (%s)"
                .formatted(
                        held() ? "held" : "**missed**",
                        target.fault(),
                        target.what(),
                        Table.number(figure),
                        target.unit(),
                        limit);
    }
}
