package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ClusterViewTest {

    /** A view in other words is logged, and has the topology read again. */
    @Test
    void that_the_next_trial_of_a_breaker_comes_nearer_is_no_news() {
        ClusterView earlier = view(NodeHealth.breakerOpen(Duration.ofMillis(1_102)));
        ClusterView later = view(NodeHealth.breakerOpen(Duration.ofMillis(998)));

        assertThat(later.describe()).isEqualTo(earlier.describe()).contains(NodeHealth.BREAKER_OPEN);
        assertThat(later.store().nodes().get(0).reason())
                .hasValueSatisfying(reason -> assertThat(reason).endsWith("tried again in 998 ms"));
    }

    @Test
    void what_nodes_refuse_to_tell_is_a_note_of_health_and_part_of_what_the_log_says() {
        ClusterView view = new ClusterView(
                "ok",
                0,
                List.of(node("a"), node("b")),
                List.of(0, 0),
                List.of("INFO refused: NOPERM", "INFO refused: NOPERM"),
                false);

        assertThat(view.store().notes())
                .containsExactly(HealthNote.of(
                        HealthCode.FACTS_UNKNOWN, "Some facts are not known of a, b: INFO refused: NOPERM."));
        assertThat(view.store().summary()).doesNotContain("NOPERM");
        assertThat(view.describe()).isEqualTo(view.store().summary() + "; INFO refused: NOPERM (a, b)");
    }

    private static NodeHealth node(String id) {
        return NodeHealth.of(
                id,
                "127.0.0.1:1",
                Health.UP,
                Status.REPLICA,
                false,
                OptionalLong.of(1),
                Optional.empty(),
                1,
                false,
                Instant.EPOCH,
                Optional.empty());
    }

    private static ClusterView view(String reason) {
        NodeHealth node = NodeHealth.of(
                "main-1",
                "127.0.0.1:1",
                Health.DEGRADED,
                Status.PRIMARY,
                false,
                OptionalLong.of(1),
                Optional.empty(),
                1,
                true,
                Instant.EPOCH,
                Optional.of(reason));
        return new ClusterView("ok", 16_384, List.of(node), List.of(16_384), List.of(""), false);
    }
}
