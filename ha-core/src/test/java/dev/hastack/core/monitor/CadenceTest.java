package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CadenceTest {
    private static final Duration QUICK = Duration.ofMillis(1);

    @Test
    void probes_ever_more_slowly_while_nobody_waits() {
        assertThat(Cadence.urgent(Duration.ZERO, false, QUICK)).isEqualTo(Duration.ofMillis(20));
        assertThat(Cadence.urgent(Duration.ofMillis(1_100), false, QUICK)).isEqualTo(Duration.ofMillis(80));
        assertThat(Cadence.urgent(Duration.ofDays(1), false, QUICK)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void probes_as_at_the_beginning_while_a_caller_waits() {
        assertThat(Cadence.urgent(Duration.ofDays(1), true, QUICK)).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void keeps_no_node_busy_for_more_than_a_fifth_of_the_time_with_a_process_that_waits() {
        Duration later = Duration.ofSeconds(2);
        assertThat(Cadence.urgent(later, true, Duration.ofMillis(30))).isEqualTo(Duration.ofMillis(150));
        assertThat(Cadence.urgent(later, true, Duration.ofSeconds(3))).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void asks_every_20_ms_in_the_first_second_however_slow_answers_are() {
        assertThat(Cadence.urgent(Duration.ZERO, true, Duration.ofMillis(30))).isEqualTo(Duration.ofMillis(20));
        assertThat(Cadence.urgent(Duration.ofMillis(999), true, Duration.ofSeconds(3)))
                .isEqualTo(Duration.ofMillis(20));
    }
}
