package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.PORT;
import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.health;
import static dev.hastack.postgres.Stacks.port;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two operators promote two standbys: two primaries of one timeline, which nothing orders. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class SplitBrainIT {
    private static final Map<String, String> SETTINGS =
            Map.of("ha.postgres.pool.max-size", "4", "ha.postgres.writes.wait", "300ms");

    private final PostgresCluster cluster;

    SplitBrainIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void of_two_primaries_at_one_epoch_the_incumbent_stays_and_a_process_that_starts_has_none_until_one_yields()
            throws Exception {
        try (HaStack old = Stacks.ready(cluster, SETTINGS)) {
            HaPostgres follower = old.get(HaPostgres.class);
            Stacks.createNotes(follower);
            cluster.node("main").kill();
            cluster.node("standby").promote();
            until("standby is followed", () -> status(follower, "standby") == Status.PRIMARY);
            cluster.node("delivery").promote();
            until("delivery is fenced", () -> status(follower, "delivery") == Status.FENCED);

            execute(follower.primary(), "INSERT INTO notes VALUES (1)");
            assertThat(query(follower.primary(), PORT)).isEqualTo(port(cluster, "standby"));
            assertThat(follower.topology().contested()).isTrue();
            assertThat(old.health().store("postgres").note(HealthCode.CONTESTED))
                    .isPresent();
            long epoch = follower.topology().maxEpoch().orElseThrow();
            assertThat(health(old, "delivery").reason()).contains("contested by standby at the same epoch " + epoch);

            try (HaStack young = Stacks.open(cluster, SETTINGS)) {
                HaPostgres starter = young.get(HaPostgres.class);
                until(
                        "both are fenced",
                        () -> status(starter, "standby") == Status.FENCED
                                && status(starter, "delivery") == Status.FENCED);
                assertThatThrownBy(() -> starter.primary().getConnection())
                        .isInstanceOf(PostgresNoPrimaryException.class)
                        .hasMessageContaining("contested");
                assertThat(health(young, "standby").reason())
                        .contains("contested by delivery at the same epoch " + epoch);
                assertThat(health(young, "delivery").reason())
                        .contains("contested by standby at the same epoch " + epoch);

                cluster.node("delivery").kill();
                until("standby is followed", () -> status(starter, "standby") == Status.PRIMARY);
                execute(starter.primary(), "INSERT INTO notes VALUES (2)");
            }
            assertThat(status(follower, "standby")).isEqualTo(Status.PRIMARY);
            assertThat(query(follower.primary(), "SELECT count(*) FROM notes")).isEqualTo("2");
        }
    }
}
