package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbeConfigTest {
    private final ProbeConfig probe = new ProbeConfig(Duration.ofSeconds(1), Duration.ofMillis(500));

    @Test
    void asks_so_often_that_two_intervals_are_well_below_the_greatest_lag() {
        assertThat(probe.interval(Duration.ofSeconds(2))).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void asks_no_less_often_for_a_generous_lag() {
        assertThat(probe.interval(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(1));
        assertThat(probe.interval(Duration.ofDays(365_000))).isEqualTo(Duration.ofSeconds(1));
    }
}
