package dev.hastack.benchmarks;

import java.util.Collection;
import java.util.List;

/**
 * Figures of the same thing measured again and again, in ascending order.
 *
 * @param ascending at least one
 */
public record Series(List<Double> ascending) {
    public Series {
        if (ascending.isEmpty()) {
            throw new IllegalArgumentException("a series needs at least one figure");
        }
    }

    /** In any order. */
    public static Series of(Collection<Double> figures) {
        return new Series(figures.stream().sorted().toList());
    }

    /** The one in the middle, or half way between the two in the middle. */
    public double median() {
        int n = ascending.size();
        return (ascending.get((n - 1) / 2) + ascending.get(n / 2)) / 2;
    }

    /** The least that no more than one in a hundred exceed. */
    public double p99() {
        return ascending.get((int) Math.ceil(ascending.size() * 0.99) - 1);
    }

    public double least() {
        return ascending.get(0);
    }

    public double greatest() {
        return ascending.get(ascending.size() - 1);
    }
}
