package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterLogTest {
    private static final String WELL =
            "redis: cluster ok, 16384 of 16384 slots served: a PRIMARY epoch 1 with 16384 slots,"
                    + " b REPLICA epoch 1";

    private final Said said = Said.by(Level.INFO, "dev.hastack.topology");
    private final ClusterLog log = new ClusterLog();
    private Instant now = Instant.EPOCH;

    @AfterEach
    void close() {
        said.close();
    }

    @Test
    void a_node_that_goes_and_comes_is_a_warning_with_its_reason_and_a_line_with_its_duration() {
        look(replica(Health.UP, Status.REPLICA, false, ""));
        look(replica(Health.DOWN, Status.DOWN, false, "Connection refused"));
        look(replica(Health.DOWN, Status.DOWN, false, "Connection refused"));
        look(replica(Health.UP, Status.REPLICA, false, ""));

        assertThat(said.lines())
                .containsExactly(
                        "INFO dev.hastack.topology " + WELL,
                        "WARN dev.hastack.topology " + WELL.replace("b REPLICA", "b DOWN") + " (Connection refused)",
                        "INFO dev.hastack.topology " + WELL + ", after 2 s");
    }

    @Test
    void breakers_that_open_and_close_are_no_lines() {
        look(replica(Health.UP, Status.REPLICA, false, ""));
        look(replica(Health.DEGRADED, Status.REPLICA, true, NodeHealth.breakerOpen(Duration.ofSeconds(1))));
        look(replica(Health.UP, Status.REPLICA, false, ""));

        assertThat(said.lines()).containsExactly("INFO dev.hastack.topology " + WELL);
    }

    private void look(NodeHealth replica) {
        NodeHealth primary = node("a", Health.UP, Status.PRIMARY, false, "");
        log.look(
                new ClusterView("ok", 16_384, List.of(primary, replica), List.of(16_384, 0), List.of("", ""), false),
                now);
        now = now.plusSeconds(1);
    }

    private static NodeHealth replica(Health health, Status role, boolean breaker, String reason) {
        return node("b", health, role, breaker, reason);
    }

    private static NodeHealth node(String name, Health health, Status role, boolean breaker, String reason) {
        return NodeHealth.of(
                name,
                "127.0.0.1:1",
                health,
                role,
                false,
                OptionalLong.of(1),
                Optional.empty(),
                1,
                breaker,
                Instant.EPOCH,
                Optional.of(reason).filter(why -> !why.isEmpty()));
    }
}
