package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurabilityTest {
    @Test
    void is_what_was_asked_for_and_half_a_second_unless_said_otherwise() {
        Durability every = Durability.everyReplica();
        assertThat(every.every()).isTrue();
        assertThat(every.replicas()).isEqualTo(1);
        assertThat(every.fsynced()).isFalse();
        assertThat(every.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(Durability.replicas(2).onDisk().withTimeout(Duration.ofSeconds(1)))
                .isEqualTo(Durability.replicas(2)
                        .withTimeout(Duration.ofSeconds(1))
                        .onDisk())
                .hasSameHashCodeAs(Durability.replicas(2)
                        .withTimeout(Duration.ofSeconds(1))
                        .onDisk())
                .isNotEqualTo(Durability.replicas(2).withTimeout(Duration.ofSeconds(1)));
    }

    @Test
    void what_makes_no_sense_is_refused_with_the_value() {
        assertThatThrownBy(() -> Durability.replicas(0)).hasMessageContainingAll("at least 1", "is 0");
        assertThatThrownBy(() -> Durability.everyReplica().withTimeout(Duration.ofNanos(1)))
                .hasMessageContainingAll("at least 1 ms", "PT0.000000001S");
    }
}
