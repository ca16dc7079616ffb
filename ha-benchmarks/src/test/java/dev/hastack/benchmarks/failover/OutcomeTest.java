package dev.hastack.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    /** Near the end of the range, as a nanoTime may be: sums must survive the overflow. */
    private static final long ORIGIN = Long.MAX_VALUE - 1_500_000_000L;

    private static final Fault.Moments MOMENTS = new Fault.Moments(at(1000), at(1600));

    @Test
    void the_first_write_counts_from_when_the_server_accepts_writes() {
        assertThat(outcome(990, 1610, 1605, 1700).firstWrite()).isEqualTo(5.0);
    }

    @Test
    void a_write_that_the_old_primary_still_acknowledged_is_not_the_first_write() {
        assertThat(outcome(990, 1300, 1620).firstWrite()).isEqualTo(20.0);
    }

    @Test
    void the_silence_begins_with_the_last_write_before_the_fault() {
        assertThat(outcome(100, 980, 1610, 1640).silence()).isEqualTo(630.0);
    }

    @Test
    void a_longer_silence_before_the_fault_does_not_count() {
        assertThat(outcome(1, 990, 1610, 1640).silence()).isEqualTo(620.0);
    }

    @Test
    void a_longer_silence_after_the_first_write_counts() {
        assertThat(outcome(990, 1610, 5610, 5620).silence()).isEqualTo(4000.0);
    }

    @Test
    void without_a_write_after_the_fault_there_was_neither_a_first_write_nor_an_end_of_silence() {
        Outcome outcome = outcome(500, 990);

        assertThat(outcome.firstWrite()).isInfinite();
        assertThat(outcome.silence()).isInfinite();
        assertThat(outcome)
                .hasToString(
                        "no primary for  600.0 ms, first write  never ms later, longest silence   never ms,  4 calls failed,"
                                + " 0 writes lost");
    }

    private static Outcome outcome(Integer... acknowledgedAt) {
        return Outcome.of(
                MOMENTS, Stream.of(acknowledgedAt).map(OutcomeTest::at).toList(), 4, 0);
    }

    private static long at(int millis) {
        return ORIGIN + millis * 1_000_000L;
    }
}
