package dev.hastack.benchmarks.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outcomes of all rounds that count, by fault and client, in the order in which they came.
 *
 * @param <O> what a round shows
 */
final class Results<O> {
    private record Key(String fault, String client) {}

    private final Map<Key, List<O>> outcomes = new LinkedHashMap<>();

    void add(String fault, String client, O outcome) {
        outcomes.computeIfAbsent(new Key(fault, client), key -> new ArrayList<>())
                .add(outcome);
    }

    /** Empty if there was no such round. */
    List<O> of(String fault, String client) {
        return List.copyOf(outcomes.getOrDefault(new Key(fault, client), List.of()));
    }
}
