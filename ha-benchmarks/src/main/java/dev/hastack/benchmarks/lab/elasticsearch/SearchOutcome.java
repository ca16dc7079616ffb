package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.lab.elasticsearch.Call.Lane;
import dev.hastack.benchmarks.lab.round.Result;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a fault did to the callers of both publications.
 *
 * @param longestCall how long the slowest call from the fault on kept its caller, in ms
 * @param busiest the greatest share of a node, in percent, of all requests from two seconds after the fault on
 * @param twice writes that were stored more than once
 * @param lost acknowledged writes that are not there
 * @param failures what callers were told, and how often
 */
record SearchOutcome(
        Map<Lane, Served> lanes, double longestCall, double busiest, int twice, int lost, Map<String, Long> failures)
        implements Result {
    private static final double NANOS = 1e6;
    private static final int MOST_FAILURES = 6;
    private static final int LONGEST_TEXT = 300;

    SearchOutcome {
        lanes = Map.copyOf(lanes);
        failures = Map.copyOf(failures);
    }

    static SearchOutcome of(List<Call> calls, Spans spans, double busiest, Set<Long> stored, int twice) {
        Map<Lane, Served> lanes = new EnumMap<>(Lane.class);
        for (Lane lane : Lane.values()) {
            lanes.put(
                    lane,
                    Served.of(calls.stream().filter(call -> call.lane() == lane).toList(), spans));
        }
        return new SearchOutcome(
                lanes,
                calls.stream()
                                .filter(call -> spans.rest().has(call.end())
                                        || spans.rest().has(call.begin()))
                                .mapToLong(Call::nanos)
                                .max()
                                .orElse(0)
                        / NANOS,
                busiest,
                twice,
                (int) calls.stream()
                        .filter(call -> call.lane().writes() && call.succeeded())
                        .filter(call -> !stored.contains(call.id()))
                        .count(),
                failures(spans.rest().begunIn(calls)));
    }

    /** Those that differ only in their numbers count as one, of which the first is shown. */
    private static Map<String, Long> failures(List<Call> calls) {
        return calls.stream()
                .flatMap(call -> call.failure().stream().map(failure -> call.lane() + ": " + failure))
                .collect(Collectors.groupingBy(failure -> failure.replaceAll("\\d+", "")))
                .values()
                .stream()
                .collect(Collectors.toMap(alike -> alike.get(0), alike -> (long) alike.size()));
    }

    Served of(Lane lane) {
        return Objects.requireNonNull(lanes.get(lane), lane::toString);
    }

    double failedSearches() {
        return of(Lane.SEARCH_A).failed() + of(Lane.SEARCH_B).failed();
    }

    double searchSilence() {
        return Math.max(of(Lane.SEARCH_A).silence(), of(Lane.SEARCH_B).silence());
    }

    /** Every client of Elasticsearch comes back sooner than a round ends, or is measured as it is. */
    @Override
    public boolean recovered() {
        return true;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Lane lane : Lane.values()) {
            Served served = of(lane);
            text.append(String.format(
                    Locale.ROOT,
                    "%s: %d failed, silence %.0f ms, p99 %.1f/%.1f/%.1f ms; ",
                    lane,
                    served.failed(),
                    served.silence(),
                    served.before(),
                    served.during(),
                    served.after()));
        }
        return text
                + String.format(
                        Locale.ROOT,
                        "longest call %.0f ms, busiest node %.0f %%, twice %d, lost %d",
                        longestCall,
                        busiest,
                        twice,
                        lost)
                + failures.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(MOST_FAILURES)
                        .map(failure -> "\n    " + failure.getValue() + " x " + abridged(failure.getKey()))
                        .collect(Collectors.joining());
    }

    private static String abridged(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + " ...";
    }
}
