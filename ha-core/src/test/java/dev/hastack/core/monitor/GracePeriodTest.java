package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Times are in milliseconds, on a clock that begins at any value. */
class GracePeriodTest {
    private static final long START = Long.MAX_VALUE - ms(2_000);
    private static final long REST = 10;
    private static final long TIMEOUT = 1_000;

    private final GracePeriod grace = new GracePeriod();

    private static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private static long at(long millis) {
        return START + ms(millis);
    }

    private void look(long millis) {
        grace.looks(at(millis));
        grace.expect(at(millis + REST));
    }

    /** Looks on time. */
    private void run(long from, long until) {
        for (long millis = from; millis <= until; millis += REST) {
            look(millis);
        }
    }

    private boolean ends(long sent, long now) {
        return grace.passed(at(sent), at(sent + TIMEOUT), at(now));
    }

    @Test
    void a_deadline_holds_while_this_process_runs() {
        run(0, 2_000);
        assertThat(ends(500, 1_499)).isFalse();
        assertThat(ends(500, 1_500)).isTrue();
        assertThat(grace.excuses(at(1_500), at(1_500))).isFalse();
    }

    @Test
    void a_look_that_is_a_little_late_is_the_schedulers_noise() {
        run(0, 900);
        look(900 + REST + 49);
        assertThat(ends(0, 1_000)).isTrue();
    }

    @Test
    void what_was_under_way_in_a_pause_has_as_much_time_again() {
        run(0, 900);
        look(900 + REST + 300);
        assertThat(ends(0, 1_210)).isFalse();
        run(1_220, 1_500);
        assertThat(ends(0, 1_509)).isFalse();
        assertThat(ends(0, 1_510)).isTrue();
        assertThat(grace.excuses(at(1_000), at(1_510))).isTrue();
    }

    @Test
    void after_a_long_pause_that_is_a_second_at_most() {
        run(0, 10);
        look(6_000);
        run(6_010, 6_990);
        assertThat(ends(0, 6_999)).isFalse();
        assertThat(ends(0, 7_000)).isTrue();
        assertThat(grace.excuses(at(1_000), at(7_000))).isTrue();
    }

    @Test
    void what_has_waited_for_long_already_is_as_if_it_had_just_begun() {
        run(0, 10);
        look(6_000);
        assertThat(grace.counted(at(0), at(6_000))).isEqualTo(at(0));
        run(6_010, 6_990);
        assertThat(grace.counted(at(0), at(7_000))).isEqualTo(at(7_000));
    }

    @Test
    void what_begins_after_a_pause_has_no_grace() {
        run(0, 10);
        look(6_000);
        run(6_010, 6_490);
        assertThat(grace.counted(at(6_000), at(6_500))).isEqualTo(at(6_500));
        run(6_500, 8_000);
        assertThat(ends(6_000, 7_000)).isTrue();
        assertThat(ends(6_001, 7_000)).isFalse();
        assertThat(grace.excuses(at(7_001), at(7_001))).isFalse();
    }

    @Test
    void a_pause_counts_for_whoever_asks_before_the_look_that_is_late() {
        run(0, 10);
        assertThat(ends(0, 6_000)).isFalse();
        assertThat(grace.excuses(at(1_000), at(6_000))).isTrue();
    }

    @Test
    void pauses_within_one_grace_are_one_and_do_not_lengthen_it_beyond_a_second() {
        run(0, 10);
        look(3_000);
        look(3_500);
        look(3_900);
        run(3_910, 3_990);
        assertThat(ends(0, 3_999)).isFalse();
        assertThat(ends(0, 4_000)).isTrue();
    }

    @Test
    void what_begins_within_a_grace_has_one_of_its_own_after_the_next_pause() {
        run(0, 10);
        look(3_000);
        look(3_500);
        run(3_510, 3_590);
        assertThat(grace.counted(at(3_100), at(3_600))).isEqualTo(at(3_100));
        assertThat(grace.counted(at(3_500), at(3_600))).isEqualTo(at(3_600));
    }

    @Test
    void a_second_long_pause_right_after_the_first_is_forgiven_as_well() {
        run(0, 10);
        look(3_000);
        run(3_010, 3_100);
        look(6_100);
        assertThat(ends(0, 6_100)).isFalse();
        run(6_110, 7_090);
        assertThat(ends(0, 7_099)).isFalse();
        assertThat(ends(0, 7_100)).isTrue();
    }

    @Test
    void where_every_look_is_late_a_deadline_is_put_off_three_times_and_then_holds() {
        long ended = -1;
        for (long now = 0; ended < 0; now += REST + 60) {
            look(now);
            assertThat(now).isLessThan(10 * TIMEOUT);
            ended = ends(0, now) ? now : -1;
        }
        assertThat(ended - TIMEOUT).isPositive().isLessThanOrEqualTo(3 * (REST + 60) + 60);
    }

    @Test
    void what_begins_to_be_expected_anew_is_not_late() {
        look(0);
        grace.expect(at(5_000));
        look(4_000);
        assertThat(grace.counted(at(0), at(4_000))).isEqualTo(at(4_000));
    }
}
