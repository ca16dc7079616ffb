package dev.hastack.benchmarks.lab.elasticsearch;

import java.util.List;

/**
 * What a round consists of, as {@link System#nanoTime()}.
 *
 * @param begin of the time before the fault that is compared with
 * @param striking when the laboratory set about it, which may keep the servers busy
 * @param struck when the fault was there
 * @param over when it was over
 * @param settled from when on all is as before; between the two a machine may be busy with starting a node or bringing back an
 *     index, which takes both its cores
 */
record Spans(long begin, long striking, long struck, long over, long settled, long end) {

    /** A part of it. */
    record Span(long from, long to) {

        /** nanoTime() may overflow, so only its differences can be compared. */
        boolean has(long moment) {
            return moment - from >= 0 && moment - to < 0;
        }

        List<Call> begunIn(List<Call> calls) {
            return calls.stream().filter(call -> has(call.begin())).toList();
        }
    }

    Span before() {
        return new Span(begin, striking);
    }

    Span during() {
        return new Span(struck, over);
    }

    Span after() {
        return new Span(settled, end);
    }

    /** From the fault on, its coming included. */
    Span rest() {
        return new Span(striking, end);
    }
}
