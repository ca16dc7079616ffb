package dev.hastack.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class NodeBreakerTest {
    private Instant now = Instant.EPOCH;
    private final NodeBreaker breaker = new NodeBreaker("a", new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    private void fails(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(new IOException("reset"));
        }
    }

    private void passes(Duration time) {
        now = now.plus(time);
    }

    @Test
    void few_failures_open_nothing() {
        fails(4);
        assertThat(breaker.permits()).isTrue();
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void is_open_for_its_time_and_no_longer_though_nobody_tries() {
        fails(5);
        assertThat(breaker.open()).isTrue();
        assertThat(breaker.nextTrial())
                .hasValueSatisfying(
                        left -> assertThat(left).isBetween(Duration.ofMillis(700), Duration.ofMillis(1300)));
        passes(Duration.ofMillis(1301));
        assertThat(breaker.open()).isFalse();
        assertThat(breaker.nextTrial()).isEmpty();
        // Those who only looked have taken none of the trials.
        assertThat(breaker.permits()).isTrue();
    }

    @Test
    void opens_when_half_of_five_calls_fail_though_these_leave_their_connections_alive() {
        int calls = 0;
        while (!breaker.open() && calls < 100) {
            // One fails and gives its connection back, one goes well.
            breaker.failed(new IOException("out of memory"), true);
            breaker.returned();
            breaker.returned();
            passes(Duration.ofMillis(200));
            calls += 2;
        }
        assertThat(calls).isBetween(5, 9);
        assertThat(breaker.permits()).isFalse();
    }

    @Test
    void stays_closed_while_most_calls_go_well() {
        for (int i = 0; i < 10; i++) {
            fails(1);
            for (int j = 0; j < 10; j++) {
                breaker.returned();
            }
        }
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void what_came_back_before_the_first_failure_counts_as_well() {
        for (int i = 0; i < 40; i++) {
            for (int j = 0; j < 75; j++) {
                breaker.returned();
            }
            passes(Duration.ofMillis(100));
            breaker.look();
        }
        // The calls of one caller, of a node that has served 3000 others well.
        for (int i = 0; i < 19; i++) {
            breaker.failed(new IOException("out of memory"), true);
            breaker.returned();
        }
        assertThat(breaker.open()).isFalse();
        assertThat(breaker.permits()).isTrue();
    }

    @Test
    void a_node_that_served_many_and_fails_all_is_left_within_a_second() {
        for (int i = 0; i < 50; i++) {
            for (int j = 0; j < 10; j++) {
                breaker.returned();
            }
            passes(Duration.ofMillis(100));
            breaker.look();
        }
        int failures = 0;
        while (!breaker.open() && failures < 500) {
            fails(10);
            failures += 10;
            passes(Duration.ofMillis(100));
            breaker.look();
        }
        assertThat(failures).isBetween(50, 70);
    }

    @Test
    void one_that_was_closed_again_does_not_remember_why_it_was_open() {
        fails(5);
        passes(Duration.ofSeconds(2));
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.permits()).isTrue();
            breaker.returned();
        }
        assertThat(breaker.open()).isFalse();
        // Of five calls since then; of ten seconds seven of ten.
        fails(2);
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void lets_three_try_again_after_a_while_and_closes_when_they_go_well() {
        fails(5);
        assertThat(breaker.permits()).isFalse();
        passes(Duration.ofSeconds(2));
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.permits()).isTrue();
        }
        assertThat(breaker.permits()).isFalse();
        for (int i = 0; i < 3; i++) {
            breaker.returned();
        }
        assertThat(breaker.permits()).isTrue();
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void opens_again_when_the_trials_fail() {
        fails(5);
        passes(Duration.ofSeconds(2));
        assertThat(breaker.permits()).isTrue();
        fails(3);
        assertThat(breaker.open()).isTrue();
        assertThat(breaker.permits()).isFalse();
    }

    @Test
    void trials_that_never_come_back_do_not_keep_it_half_open_for_ever() {
        fails(5);
        passes(Duration.ofSeconds(2));
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.permits()).isTrue();
        }
        assertThat(breaker.permits()).isFalse();
        passes(Duration.ofSeconds(9));
        assertThat(breaker.permits()).isTrue();
    }

    /** They may hang, be cancelled, or end as somebody else's fault. */
    @Test
    void trials_that_bring_no_verdict_let_another_try_each_second_and_say_so() {
        fails(5);
        passes(Duration.ofSeconds(2));
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.permits()).isTrue();
        }
        assertThat(breaker.nextTrial()).contains(Duration.ofSeconds(1));
        assertThat(breaker.open()).isTrue();
        passes(Duration.ofMillis(999));
        assertThat(breaker.permits()).isFalse();
        passes(Duration.ofMillis(1));
        assertThat(breaker.open()).isFalse();
        assertThat(breaker.permits()).isTrue();
        assertThat(breaker.permits()).isFalse();
        for (int i = 0; i < 3; i++) {
            breaker.returned();
        }
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.permits()).isTrue();
        }
    }

    @Test
    void trials_that_all_hang_are_not_followed_by_everybody() {
        fails(5);
        passes(Duration.ofSeconds(2));
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.permits()).isTrue();
        }
        for (int second = 0; second < 60; second++) {
            passes(Duration.ofSeconds(1));
            assertThat(breaker.permits()).as("one, after %s s", second).isTrue();
            assertThat(breaker.permits()).as("no other, after %s s", second).isFalse();
        }
        for (int i = 0; i < 3; i++) {
            breaker.returned();
        }
        assertThat(breaker.open()).isFalse();
        assertThat(breaker.permits()).isTrue();
    }

    @Test
    void a_trial_that_is_withdrawn_makes_room_for_another_and_never_for_more() {
        fails(5);
        passes(Duration.ofSeconds(2));
        for (int i = 0; i < 50; i++) {
            assertThat(breaker.permits()).isTrue();
            breaker.withdrawn();
        }
        breaker.withdrawn();
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.permits()).isTrue();
        }
        assertThat(breaker.permits()).isFalse();
    }

    @Test
    void what_comes_after_its_time_decides_though_nobody_asked_for_a_trial() {
        fails(5);
        passes(Duration.ofSeconds(2));
        fails(3);
        assertThat(breaker.open()).isTrue();
        passes(Duration.ofSeconds(4));
        for (int i = 0; i < 3; i++) {
            breaker.returned();
        }
        fails(1);
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void one_that_was_tried_an_hour_ago_is_not_opened_by_one_failure() {
        fails(5);
        passes(Duration.ofSeconds(2));
        assertThat(breaker.permits()).isTrue();
        passes(Duration.ofHours(1));
        fails(1);
        breaker.returned();
        breaker.returned();
        assertThat(breaker.open()).isFalse();
    }

    /** Whoever makes one cannot give it a clock that is set. */
    @Test
    void its_time_is_its_own() {
        Clock own = new MonotonicClock();
        long first = own.millis();
        assertThat(first).isBetween(0L, 60_000L);
        assertThat(own.millis()).isGreaterThanOrEqualTo(first);
        assertThat(NodeBreaker.class.getConstructors())
                .allSatisfy(made -> assertThat(made.getParameterTypes()).doesNotContain(Clock.class));
    }

    @Test
    void failures_of_long_ago_are_forgotten() {
        fails(4);
        passes(Duration.ofSeconds(11));
        breaker.returned();
        fails(3);
        assertThat(breaker.open()).isFalse();
    }
}
