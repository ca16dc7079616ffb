package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AnswerTimesTest {
    private static final long MILLI = 1_000_000;

    private final AnswerTimes times = new AnswerTimes();

    private void came(long took, long at) {
        times.came(took * MILLI, at * MILLI);
    }

    private long quickest(long at) {
        return times.quickest(at * MILLI).toMillis();
    }

    @Test
    void nothing_is_known_before_the_first_answer() {
        assertThat(times.quickest(System.nanoTime())).isEqualTo(Duration.ZERO);
    }

    @Test
    void a_slow_statement_beside_a_quick_one_says_nothing() {
        came(3_000, 10_000);
        came(2, 10_010);
        came(4_000, 10_300);

        assertThat(quickest(10_310)).isEqualTo(2);
    }

    @Test
    void where_all_answers_are_slow_that_is_known_after_two() {
        came(2, 10_000);
        came(600, 10_600);
        assertThat(quickest(10_600)).isEqualTo(2);

        came(610, 11_200);
        assertThat(quickest(11_200)).isEqualTo(600);
    }

    @Test
    void the_first_quick_answer_ends_that() {
        came(600, 10_000);
        came(600, 10_600);
        came(2, 10_700);

        assertThat(quickest(10_700)).isEqualTo(2);
    }

    @Test
    void what_is_five_seconds_old_is_forgotten() {
        came(600, 10_000);
        assertThat(quickest(14_999)).isEqualTo(600);
        assertThat(quickest(15_000)).isZero();

        came(250, 20_000);
        assertThat(quickest(20_000)).as("and not compared with").isEqualTo(250);
    }
}
