package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SlownessTest {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private final Slowness slowness = new Slowness();

    @Test
    void explains_nothing_before_anything_was_seen() {
        assertThat(slowness.explains(START)).isZero();
    }

    @Test
    void explains_twice_the_greatest_delay_of_late() {
        slowness.saw(Duration.ofMillis(30), START);
        slowness.saw(Duration.ofMillis(100), START.plusMillis(10));
        slowness.saw(Duration.ofMillis(-50), START.plusMillis(20));

        assertThat(slowness.explains(START.plusMillis(30))).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void remembers_for_one_window_at_least_and_two_at_most() {
        slowness.saw(Duration.ofMillis(100), START);
        slowness.saw(Duration.ofMillis(10), START.plus(Slowness.WINDOW));
        assertThat(slowness.explains(START.plus(Slowness.WINDOW))).isEqualTo(Duration.ofMillis(200));

        assertThat(slowness.explains(START.plus(Slowness.WINDOW.multipliedBy(2))))
                .isEqualTo(Duration.ofMillis(20));
        assertThat(slowness.explains(START.plus(Slowness.WINDOW.multipliedBy(10))))
                .isZero();
    }
}
