package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));

    @Test
    void doubles_up_to_the_longest() {
        assertThat(backoff.after(1, 1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.after(2, 1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(backoff.after(5, 1)).isEqualTo(Duration.ofSeconds(16));
        assertThat(backoff.after(10, 1)).isEqualTo(Duration.ofMinutes(5));
        assertThat(backoff.after(Integer.MAX_VALUE, 1)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void half_of_it_is_random() {
        assertThat(backoff.after(2, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.after(2, 0.5)).isEqualTo(Duration.ofMillis(1500));
    }
}
