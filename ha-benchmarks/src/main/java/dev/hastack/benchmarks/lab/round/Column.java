package dev.hastack.benchmarks.lab.round;

import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A figure of each round, for the report.
 *
 * @param <O> what a round shows
 * @param figure empty where the fault has none
 */
public record Column<O>(String title, Function<O, OptionalDouble> figure) {

    /** Of a figure that every fault has. */
    public static <O> Column<O> of(String title, ToDoubleFunction<O> figure) {
        return new Column<>(title, outcome -> OptionalDouble.of(figure.applyAsDouble(outcome)));
    }
}
