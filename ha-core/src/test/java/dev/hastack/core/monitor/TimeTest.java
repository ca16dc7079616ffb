package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeTest {

    @Test
    void a_point_in_time_has_the_reading_of_its_own_moment_and_not_of_when_it_is_asked_for() {
        long before = System.nanoTime();
        Instant now = Time.system().now();
        long after = System.nanoTime();

        // As after a pause: however much later this is asked, the limit has not moved.
        while (System.nanoTime() - after < Duration.ofMillis(5).toNanos()) {
            Thread.onSpinWait();
        }

        assertThat(Time.nanoTime(now) - before).isNotNegative();
        assertThat(after - Time.nanoTime(now)).isNotNegative();
        assertThat(Time.nanoTime(now.plusSeconds(2)) - Time.nanoTime(now))
                .isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void what_is_further_ahead_than_a_year_is_a_year_ahead() {
        assertThat(Duration.ofNanos(Time.nanoTime(Instant.MAX) - System.nanoTime())
                        .toDays())
                .isBetween(364L, 365L);
    }
}
