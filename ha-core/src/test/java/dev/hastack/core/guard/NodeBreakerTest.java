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
    void opens_when_half_of_the_calls_fail_and_leave_their_connections_alive() {
        for (int i = 0; i < 10; i++) {
            // One fails and gives its connection back, one goes well.
            fails(1);
            breaker.returned();
            breaker.returned();
        }
        assertThat(breaker.open()).isTrue();
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
    void what_came_back_before_the_first_failure_does_not_count() {
        for (int i = 0; i < 1000; i++) {
            breaker.returned();
        }
        fails(5);
        assertThat(breaker.open()).isTrue();
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

    @Test
    void failures_of_long_ago_are_forgotten() {
        fails(4);
        passes(Duration.ofSeconds(11));
        breaker.returned();
        fails(4);
        assertThat(breaker.open()).isFalse();
    }
}
