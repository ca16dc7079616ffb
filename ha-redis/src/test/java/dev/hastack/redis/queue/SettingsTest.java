package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.redis.Durability;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    static Settings settings(String name, int concurrency, Duration claimAfter) {
        return new Settings(
                name,
                concurrency,
                3,
                new Backoff(Duration.ofMillis(10), Duration.ofMillis(50)),
                claimAfter,
                100,
                Durability.replicas(1),
                Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a{b}", "a b", "a:b"})
    void a_name_that_could_break_a_key_is_refused(String name) {
        assertThatThrownBy(() -> settings(name, 1, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("name of a queue", "\"" + name + "\"", "JobQueue.builder(redis, \"mail\")");
    }

    @Test
    void what_makes_no_sense_is_refused_with_the_value_and_the_way_out() {
        assertThatThrownBy(() -> settings("mail", 0, Duration.ofSeconds(1)))
                .hasMessage("concurrency must be at least 1, but is 0; set it as in .concurrency(1)");
        assertThatThrownBy(() -> settings("mail", 1, Duration.ofMillis(99)))
                .hasMessageContainingAll("claimAfter", "PT0.099S");
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContainingAll("backoff", "PT0S", ".backoff(first, longest)");
        assertThatThrownBy(() -> Enqueue.plainly().after(Duration.ofMillis(-1))).hasMessageContaining("PT-0.001S");
        assertThatThrownBy(() -> Enqueue.plainly().withKey(" ")).hasMessageContaining("key of a job");
    }
}
