package dev.hastack.benchmarks.lab.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.benchmarks.lab.elasticsearch.Call.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SearchOutcomeTest {
    /** Near the greatest long, as nanoTime() may be: the round goes over it. */
    private static final long ORIGIN = Long.MAX_VALUE - millis(1500);

    private static final Spans SPANS = new Spans(ORIGIN, at(1000), at(1000), at(2000), at(2200), at(3000));

    private final List<Call> calls = new ArrayList<>();

    @Test
    void the_longest_silence_counts_from_the_fault_to_the_end_and_of_each_lane_by_itself() {
        succeeded(Lane.SEARCH_B, 900, 10);
        succeeded(Lane.SEARCH_B, 1390, 10);
        succeeded(Lane.SEARCH_B, 2690, 10);
        succeeded(Lane.SEARCH_A, 2000, 10);

        SearchOutcome outcome = outcome(Set.of());

        assertThat(outcome.of(Lane.SEARCH_B).silence()).isEqualTo(1300);
        assertThat(outcome.of(Lane.SEARCH_A).silence()).isEqualTo(1010);
        assertThat(outcome.of(Lane.WRITE_A).silence()).isEqualTo(2000);
        assertThat(outcome.searchSilence()).isEqualTo(1300);
    }

    @Test
    void a_silence_that_begins_when_the_fault_is_over_does_not_count() {
        for (int begin : List.of(1000, 1300, 1600, 1900, 2100, 2600)) {
            succeeded(Lane.SEARCH_A, begin, 10);
        }
        // From 1310 to 1610; from 1910 to 2110; and, though longer, from 2110 to 2610.
        assertThat(outcome(Set.of()).of(Lane.SEARCH_A).silence()).isEqualTo(300);
    }

    @Test
    void a_call_belongs_to_the_time_in_which_it_began() {
        succeeded(Lane.SEARCH_B, 500, 10);
        succeeded(Lane.SEARCH_B, 1900, 700);
        succeeded(Lane.SEARCH_B, 2500, 20);

        Served served = outcome(Set.of()).of(Lane.SEARCH_B);

        assertThat(served.before()).isEqualTo(10);
        assertThat(served.during()).isEqualTo(700);
        assertThat(served.after()).isEqualTo(20);
        assertThat(served.slowdown()).isEqualTo(70);
    }

    @Test
    void one_call_in_a_hundred_may_be_slower_than_the_percentile() {
        for (int i = 0; i < 99; i++) {
            succeeded(Lane.WRITE_B, i, 5);
        }
        succeeded(Lane.WRITE_B, 99, 80);

        assertThat(outcome(Set.of()).of(Lane.WRITE_B).before()).isEqualTo(5);
    }

    @Test
    void failures_before_the_fault_do_not_count_and_those_of_calls_that_hang_do() {
        failed(Lane.SEARCH_A, 100, 10);
        failed(Lane.SEARCH_A, 1100, 10);
        failed(Lane.SEARCH_B, 1200, 1900);

        SearchOutcome outcome = outcome(Set.of());

        assertThat(outcome.failedSearches()).isEqualTo(2);
        assertThat(outcome.longestCall()).isEqualTo(1900);
        assertThat(outcome.failures()).containsEntry("searches of A: refused 42", 1L);
    }

    @Test
    void an_acknowledged_write_that_is_not_there_is_lost_and_one_that_failed_is_not() {
        long there = succeeded(Lane.WRITE_A, 1100, 10);
        succeeded(Lane.WRITE_B, 1200, 10);
        failed(Lane.WRITE_B, 1300, 10);

        assertThat(outcome(Set.of(there)).lost()).isEqualTo(1);
    }

    private long succeeded(Lane lane, long begin, long lasts) {
        return add(lane, begin, lasts, Optional.empty());
    }

    private void failed(Lane lane, long begin, long lasts) {
        long unused = add(lane, begin, lasts, Optional.of("refused 42"));
    }

    private long add(Lane lane, long begin, long lasts, Optional<String> failure) {
        long id = calls.size() + 1L;
        calls.add(new Call(lane, id, at(begin), at(begin + lasts), failure));
        return id;
    }

    private SearchOutcome outcome(Set<Long> stored) {
        return SearchOutcome.of(calls, SPANS, 34, stored, 0);
    }

    private static long at(long millis) {
        return ORIGIN + millis(millis);
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
