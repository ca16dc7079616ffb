package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.Series;
import dev.hastack.benchmarks.lab.round.Target;
import java.util.List;

/**
 * Whether a target is held.
 *
 * @param figure the median of the rounds, or the worst, as the target asks
 * @param limit what it is at most
 */
record Verdict(Target<?> target, double figure, double limit) {

    /** @param outcomes of the target's fault, at least one */
    static <O> Verdict of(Target<O> target, List<O> outcomes) {
        return of(target, outcomes, target.limit());
    }

    /** @param peer what the target's peer showed, at least one */
    static <O> Verdict of(Target<O> target, List<O> outcomes, List<O> peer) {
        return of(target, outcomes, target.limit() * series(target, peer).median());
    }

    private static <O> Verdict of(Target<O> target, List<O> outcomes, double limit) {
        Series series = series(target, outcomes);
        return new Verdict(target, target.everyRound() ? series.greatest() : series.median(), limit);
    }

    private static <O> Series series(Target<O> target, List<O> outcomes) {
        return Series.of(outcomes.stream().mapToDouble(target.figure()).boxed().toList());
    }

    boolean held() {
        return figure <= limit;
    }

    @Override
    public String toString() {
        String most = target.everyRound() && limit == 0
                ? "none allowed in any round"
                : "at most %s%s%s in %s"
                        .formatted(
                                target.peer()
                                        .map(peer -> "that of " + peer + ", ")
                                        .orElse(""),
                                Table.number(limit),
                                target.unit(),
                                target.everyRound() ? "any round" : "the median");
        return "%s: %s, %s: %s%s (%s)"
                .formatted(
                        held() ? "held" : "**missed**",
                        target.fault(),
                        target.what(),
                        Table.number(figure),
                        target.unit(),
                        most);
    }
}
