package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilenceTest {

    private final AtomicLong clock = new AtomicLong(-5_000_000_000L);
    private final Silence silence = new Silence(clock::get);

    @Test
    void is_the_longest_time_between_two_successes() {
        after(10);
        silence.broken();
        after(700);
        silence.broken();
        after(20);
        silence.broken();

        assertThat(silence.longest()).isEqualTo(Duration.ofMillis(700));
    }

    @Test
    void counts_the_beginning_and_the_end() {
        after(300);
        silence.broken();
        assertThat(silence.longest()).isEqualTo(Duration.ofMillis(300));

        after(900);
        assertThat(silence.longest()).isEqualTo(Duration.ofMillis(900));
    }

    @Test
    void is_all_the_time_when_nothing_succeeds() {
        after(4_000);
        assertThat(silence.longest()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void knows_each_time_that_is_no_trifle_and_the_one_that_lasts() {
        after(300);
        silence.broken();
        after(20);
        silence.broken();
        after(400);
        silence.broken();
        after(50);

        assertThat(silence.spans().stream().map(Span::length))
                .containsExactly(Duration.ofMillis(300), Duration.ofMillis(400), Duration.ofMillis(50));
    }

    private void after(long millis) {
        clock.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
