package dev.hastack.core.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.topology.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HealthReportTest {
    private static final NodeHealth MAIN = NodeHealth.of(
            "main",
            "127.0.0.1:6379",
            Health.UP,
            Status.PRIMARY,
            false,
            OptionalLong.of(1),
            Optional.empty(),
            1,
            false,
            Instant.EPOCH,
            Optional.empty());

    private final StoreHealth redis = store("redis", List.of(MAIN));
    private final HealthReport report =
            HealthReport.of(Optional.empty(), "mail", Instant.EPOCH, List.of(store("postgres", List.of()), redis));

    private static StoreHealth store(String name, List<NodeHealth> nodes) {
        return StoreHealth.of(name, Health.UP, "up", List.of(), nodes);
    }

    @Test
    void finds_a_store_and_its_node_by_name() {
        assertThat(report.store("redis")).isSameAs(redis);
        assertThat(report.store("redis").node("main")).containsSame(MAIN);
        assertThat(report.store("redis").node("gone")).isEmpty();
    }

    @Test
    void says_which_stores_there_are_to_one_that_asks_for_another() {
        assertThatThrownBy(() -> report.store("reddis"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "this stack has no store \"reddis\": it has [postgres, redis]; correct the name");
    }

    @Test
    void finds_the_first_note_of_a_kind() {
        HealthNote mail = HealthNote.of(HealthCode.QUEUE_DEPTH, "Queue mail is empty.");
        HealthNote press = HealthNote.of(HealthCode.QUEUE_DEPTH, "Queue press is empty.");
        StoreHealth store = StoreHealth.of("redis", Health.UP, "up", List.of(mail, press), List.of());

        assertThat(store.note(HealthCode.QUEUE_DEPTH)).containsSame(mail);
        assertThat(store.note(HealthCode.SENTINELS_SILENT)).isEmpty();
        assertThat(store.describe()).isEqualTo("up; Queue mail is empty. Queue press is empty.");
    }
}
