package dev.hastack.benchmarks.lab.round;

import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What is promised of one fault.
 *
 * @param <O> what a round shows
 * @param fault its id
 * @param what the figure in words
 * @param everyRound whether no round may exceed the limit, instead of the median of the rounds
 * @param limit what the figure is at most; beside a peer, how many times the median of its rounds
 * @param peer the client that it is compared with
 * @param unit of the figure, for the report
 */
public record Target<O>(
        String fault,
        String what,
        ToDoubleFunction<O> figure,
        boolean everyRound,
        double limit,
        Optional<String> peer,
        String unit) {
    private static final String MILLIS = " ms";

    /** A time in ms, of which the median counts. */
    public static <O> Target<O> millis(String fault, String what, ToDoubleFunction<O> figure, double limit) {
        return new Target<>(fault, what, figure, false, limit, Optional.empty(), MILLIS);
    }

    /** A time in ms that no round may exceed. */
    public static <O> Target<O> everyTime(String fault, String what, ToDoubleFunction<O> figure, double limit) {
        return new Target<>(fault, what, figure, true, limit, Optional.empty(), MILLIS);
    }

    /** A time in ms, of which the median is at most the peer's in the same run. */
    public static <O> Target<O> noLongerThan(String peer, String fault, String what, ToDoubleFunction<O> figure) {
        return new Target<>(fault, what, figure, false, 1, Optional.of(peer), MILLIS);
    }

    /** A ratio or a share, of which the median counts. */
    public static <O> Target<O> ratio(String fault, String what, ToDoubleFunction<O> figure, double limit) {
        return new Target<>(fault, what, figure, false, limit, Optional.empty(), "");
    }

    /** A number that no round may exceed. */
    public static <O> Target<O> atMost(String fault, String what, ToDoubleFunction<O> figure, double limit) {
        return new Target<>(fault, what, figure, true, limit, Optional.empty(), "");
    }

    /** Something that may not happen at all. */
    public static <O> Target<O> none(String fault, String what, ToDoubleFunction<O> figure) {
        return new Target<>(fault, what, figure, true, 0, Optional.empty(), "");
    }
}
