package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private final Slots slots = new Slots(2);

    @Test
    void are_one_for_each_thread_before_a_job_was_seen() throws Exception {
        assertThat(slots.take(Duration.ZERO)).isEqualTo(2);
        assertThat(slots.take(Duration.ZERO)).isZero();
        slots.give(1);
        assertThat(slots.take(Duration.ZERO)).isEqualTo(1);
    }

    @Test
    void are_more_for_jobs_that_are_short() throws Exception {
        every(Duration.ofMillis(1));
        assertThat(slots.take(Duration.ZERO)).isBetween(20, 22);
    }

    @Test
    void are_no_more_than_threads_for_jobs_that_take_long() throws Exception {
        every(Duration.ofMillis(1));
        every(Duration.ofSeconds(1));
        assertThat(slots.take(Duration.ZERO)).isEqualTo(2);
    }

    @Test
    void are_bounded() throws Exception {
        every(Duration.ofNanos(1));
        assertThat(slots.take(Duration.ZERO)).isEqualTo(258);
    }

    private void every(Duration time) {
        for (int i = 0; i < 200; i++) {
            slots.took(time.toNanos());
        }
    }
}
