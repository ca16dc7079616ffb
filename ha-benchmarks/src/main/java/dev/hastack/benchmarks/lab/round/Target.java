package dev.hastack.benchmarks.lab.round;

import java.util.function.ToDoubleFunction;

/**
 * What is promised of one fault.
 *
 * @param fault its id
 * @param what the figure in words
 * @param everyRound whether no round may exceed the limit, instead of the median of the rounds
 * @param limit what the figure is at most
 * @param unit of the limit, for the report
 */
public record Target(
        String fault, String what, ToDoubleFunction<Outcome> figure, boolean everyRound, double limit, String unit) {

    /** A time in ms, of which the median counts. */
    public static Target millis(String fault, String what, ToDoubleFunction<Outcome> figure, double limit) {
        return new Target(fault, what, figure, false, limit, " ms");
    }

    /** A time in ms that no round may exceed. */
    public static Target everyTime(String fault, String what, ToDoubleFunction<Outcome> figure, double limit) {
        return new Target(fault, what, figure, true, limit, " ms");
    }

    /** Something that may not happen at all. */
    public static Target none(String fault, String what, ToDoubleFunction<Outcome> figure) {
        return new Target(fault, what, figure, true, 0, "");
    }
}
