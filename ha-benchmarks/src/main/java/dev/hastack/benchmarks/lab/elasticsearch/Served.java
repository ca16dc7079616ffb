package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.Series;
import dev.hastack.benchmarks.lab.elasticsearch.Spans.Span;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How the callers of one sort fared; times are in ms.
 *
 * @param failed calls from the fault on, those included that had not returned by the end
 * @param silence the longest time in which none succeeded, of those that began while the fault lasted
 * @param before what 99 of 100 calls took at most, before the fault
 * @param during the same of those that began while it lasted
 * @param after the same of those that began afterwards
 */
record Served(int failed, double silence, double before, double during, double after) {
    private static final double NANOS = 1e6;

    static Served of(List<Call> calls, Spans spans) {
        return new Served(
                (int) spans.rest().begunIn(calls).stream()
                        .filter(call -> !call.succeeded())
                        .count(),
                silence(calls, spans),
                percentile(calls, spans.before()),
                percentile(calls, spans.during()),
                percentile(calls, spans.after()));
    }

    /** One that had begun before counts from the fault on. */
    private static double silence(List<Call> calls, Spans spans) {
        Span span = spans.rest();
        long end = span.to() - span.from();
        long[] successes = LongStream.concat(
                        calls.stream()
                                .filter(Call::succeeded)
                                .mapToLong(Call::end)
                                .filter(span::has)
                                .map(at -> at - span.from()),
                        LongStream.of(end))
                .sorted()
                .toArray();
        long longest = 0;
        long last = 0;
        for (long at : successes) {
            if (last < spans.over() - span.from()) {
                longest = Math.max(longest, at - last);
            }
            last = at;
        }
        return longest / NANOS;
    }

    private static double percentile(List<Call> calls, Span span) {
        List<Double> millis =
                span.begunIn(calls).stream().map(call -> call.nanos() / NANOS).toList();
        return millis.isEmpty() ? Double.POSITIVE_INFINITY : Series.of(millis).p99();
    }

    /** How many times as long the fault made calls. */
    double slowdown() {
        return during / before;
    }
}
