package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WritePaceTest {
    private final WritePace pace = new WritePace();

    private static long nanos(double seconds) {
        return (long) (seconds * Duration.ofSeconds(1).toNanos());
    }

    @Test
    void is_two_seconds_where_answers_are_quick() {
        assertThat(pace.silent(0)).isEqualTo(nanos(2));

        pace.took(nanos(0.9), 0);

        assertThat(pace.silent(nanos(1))).isEqualTo(nanos(2));
    }

    @Test
    void is_twice_what_the_slowest_of_the_last_minute_took() {
        pace.took(nanos(5), nanos(2));
        pace.took(nanos(6), nanos(4.5));
        assertThat(pace.silent(nanos(7))).isEqualTo(nanos(6));
        assertThat(pace.silent(nanos(64))).isEqualTo(nanos(6));
        assertThat(pace.silent(nanos(66))).as("after a minute").isEqualTo(nanos(2));

        pace.took(nanos(70), nanos(68.5));
        assertThat(pace.silent(nanos(71))).isEqualTo(nanos(3));
    }
}
