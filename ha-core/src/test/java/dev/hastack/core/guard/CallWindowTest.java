package dev.hastack.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallWindowTest {
    private long now = 1_000_000;
    private long returned = 7;
    private final CallWindow window = new CallWindow(() -> returned, now);

    private void passes(long millis) {
        // Whoever looks does so several times a second.
        for (long end = now + millis; now < end; now = Math.min(end, now + 100)) {
            window.look(now);
        }
        window.look(now);
    }

    private boolean fails(int times) {
        boolean half = false;
        for (int i = 0; i < times; i++) {
            half = window.failed(false, now);
        }
        return half;
    }

    @Test
    void half_of_five_calls_say_something_and_half_of_four_do_not() {
        assertThat(fails(4)).isFalse();
        assertThat(fails(1)).isTrue();
    }

    @Test
    void what_went_well_before_the_first_failure_counts_for_ten_seconds() {
        returned += 3000;
        passes(4_000);
        assertThat(fails(20))
                .as("of a second, in which nothing else was called")
                .isTrue();
        window.forgive();
        assertThat(fails(19)).isFalse();

        passes(10_300);
        assertThat(fails(5)).as("all of ten seconds").isTrue();
    }

    @Test
    void where_many_calls_are_made_half_of_a_second_are_enough() {
        for (int i = 0; i < 50; i++) {
            returned += 100;
            passes(200);
        }
        assertThat(fails(400)).isFalse();
        passes(600);
        assertThat(fails(200)).isTrue();
    }

    @Test
    void a_call_that_fails_and_comes_back_is_one() {
        for (int i = 0; i < 3; i++) {
            assertThat(window.failed(true, now)).isFalse();
            returned++;
        }
        returned += 3;
        passes(200);

        assertThat(window.failed(true, now)).as("four of seven").isTrue();
    }

    @Test
    void many_that_fail_at_once_and_have_yet_to_come_back_are_not_taken_for_those_that_went_well() {
        returned += 10;
        passes(200);
        for (int i = 0; i < 6; i++) {
            assertThat(window.failed(true, now)).isFalse();
        }
        returned += 6;
        passes(200);

        assertThat(window.failed(true, now)).as("seven of seventeen").isFalse();
    }

    @Test
    void what_went_well_just_before_a_long_rest_is_not_taken_for_what_was_called_now() {
        returned += 100;
        passes(100);
        returned += 10;
        window.look(now);
        now += 3_600_000;

        assertThat(fails(5)).isTrue();
    }

    @Test
    void failures_are_forgotten_after_ten_seconds() {
        assertThat(fails(4)).isFalse();
        passes(10_300);
        assertThat(fails(4)).isFalse();
    }

    @Test
    void half_fail_where_every_other_does() {
        boolean half = false;
        for (int i = 0; i < 20; i++) {
            half |= fails(1);
            returned++;
            passes(100);
        }
        assertThat(half).isTrue();
    }

    @Test
    void fewer_than_half_never_say_anything() {
        for (int i = 0; i < 300; i++) {
            returned += 3;
            assertThat(fails(2)).isFalse();
            passes(50);
        }
    }
}
