package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.redis.Durability;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a{b}", "a b", "a:b"})
    void a_name_that_could_break_a_key_is_refused(String name) {
        assertThatThrownBy(() -> Settings.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("name of a queue", "\"" + name + "\"", "redis.queue(\"mail\")");
    }

    @Test
    void each_of_them_changes_itself_alone() {
        assertThat(Settings.of("mail")
                        .withConcurrency(2)
                        .withMaxAttempts(3)
                        .withBackoff(new Backoff(Duration.ofSeconds(4), Duration.ofSeconds(5)))
                        .withClaimAfter(Duration.ofSeconds(6))
                        .withDeadLetterLimit(7)
                        .withDurability(Durability.replicas(8), Duration.ofSeconds(9)))
                .isEqualTo(new Settings(
                        "mail",
                        2,
                        3,
                        new Backoff(Duration.ofSeconds(4), Duration.ofSeconds(5)),
                        Duration.ofSeconds(6),
                        7,
                        Durability.replicas(8),
                        Duration.ofSeconds(9)));
    }

    @Test
    void how_a_job_is_enqueued_is_set_one_thing_at_a_time() {
        Enqueue how = Enqueue.durably().withKey("article 4711").withDelay(Duration.ofSeconds(1));
        assertThat(how.durable()).isTrue();
        assertThat(how.key()).contains("article 4711");
        assertThat(how.delay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(Enqueue.plainly().durable()).isFalse();
    }

    @Test
    void what_makes_no_sense_is_refused_with_the_value_and_the_way_out() {
        assertThatThrownBy(() -> Settings.of("mail").withConcurrency(0))
                .hasMessage("concurrency must be at least 1, but is 0; set it as in .withConcurrency(1)");
        assertThatThrownBy(() -> Settings.of("mail").withClaimAfter(Duration.ofMillis(99)))
                .hasMessageContainingAll("claimAfter", "PT0.099S");
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContainingAll("backoff", "PT0S", ".withBackoff(");
        assertThatThrownBy(() -> Enqueue.plainly().withDelay(Duration.ofMillis(-1)))
                .hasMessageContaining("PT-0.001S");
        assertThatThrownBy(() -> Enqueue.plainly().withKey(" ")).hasMessageContaining("key of a job");
    }
}
