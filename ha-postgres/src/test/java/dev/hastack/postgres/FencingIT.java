package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static dev.hastack.postgres.Stacks.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hastack.core.HaStack;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a process from writing to an old primary that it cannot tell from the present one by asking. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class FencingIT {
    private static final Map<String, String> QUICK = Map.of("ha.postgres.writes.wait", "1s");

    private final PostgresCluster cluster;

    @TempDir
    Path folder;

    FencingIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void a_process_that_is_cut_off_with_the_primary_does_not_write_to_it_if_a_witness_is_required() throws Exception {
        Map<String, String> settings =
                with(with(cluster.proxiedProperties(), QUICK), Map.of("ha.postgres.writes.require-witness", "true"));
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS witnessed (id bigint)");

            cluster.node("standby").proxied().cut();
            until("the other witness suffices", () -> writes(postgres));

            cluster.node("delivery").proxied().cut();
            until("no witness is left", () -> stack.health().health() == Health.DEGRADED && !writes(postgres));
            assertThat(status(postgres, "main")).isEqualTo(Status.PRIMARY);
            assertThat(stack.health().store("postgres").note(HealthCode.WITNESS_MISSING))
                    .isPresent();
            assertThatThrownBy(() -> postgres.primary().getConnection())
                    .isInstanceOf(PostgresNoPrimaryException.class)
                    .hasMessageContaining("no other node confirms the primary")
                    .hasMessageContaining("ha.postgres.writes.require-witness");

            cluster.node("delivery").proxied().heal();
            until("a witness is back", () -> writes(postgres));
        }
    }

    private static boolean writes(HaPostgres postgres) {
        try {
            execute(postgres.primary(), "INSERT INTO witnessed VALUES (2)");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static boolean serves(HaPostgres postgres) {
        try {
            return query(postgres.primary(), "SELECT 1").equals("1");
        } catch (SQLException e) {
            return false;
        }
    }

    @Test
    void what_is_under_way_at_a_primary_that_went_down_is_aborted_once_another_is_promoted() throws Exception {
        PostgresNode main = cluster.node("main");
        try (HaStack stack = Stacks.ready(cluster, Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            CompletableFuture<SQLException> failure = CompletableFuture.supplyAsync(() ->
                    catchThrowableOfType(SQLException.class, () -> query(postgres.primary(), "SELECT pg_sleep(60)")));
            until(
                    "it is under way",
                    () -> "1"
                            .equals(main.query(
                                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")));

            // The monitor is kept out, the session that works is not.
            main.query("ALTER ROLE app NOLOGIN");
            main.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"
                    + " AND (query LIKE '%pg_control_system%' OR query = '')");
            until("main is seen down", () -> status(postgres, "main") == Status.DOWN);
            assertThat(failure).isNotDone();
            cluster.node("standby").promote();
            try {
                SQLException e = failure.get(60, TimeUnit.SECONDS);

                assertThat((Throwable) e)
                        .hasStackTraceContaining("connection to main was aborted by ha-stack: main is");
                assertThat(Outcome.of(e)).isEqualTo(Outcome.UNKNOWN);
            } finally {
                cluster.node("standby").query("ALTER ROLE app LOGIN");
            }
        }
    }

    @Test
    void an_old_primary_that_alone_answers_after_a_restart_is_fenced_if_the_epoch_was_kept() throws Exception {
        Path file = folder.resolve("epoch");
        Map<String, String> settings = with(QUICK, Map.of("ha.postgres.epoch-file", file.toString()));
        long epoch;
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            cluster.node("main").kill();
            cluster.node("standby").promote();
            until("standby serves", () -> serves(postgres));
            epoch = postgres.topology().maxEpoch().orElseThrow();
            until(
                    "it is kept",
                    () -> Files.exists(file) && Files.readString(file).endsWith(" " + epoch + "\n"));
        }
        cluster.node("standby").kill();
        cluster.node("delivery").kill();
        cluster.node("main").start();

        try (HaStack stack = Stacks.open(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            until("main is fenced", () -> status(postgres, "main") == Status.FENCED);
            assertThatThrownBy(() -> postgres.primary().getConnection())
                    .isInstanceOf(PostgresNoPrimaryException.class)
                    .hasMessageContaining("main FENCED primary at epoch " + (epoch - 1));
        }
        // Without it, nothing tells that main is not the primary.
        try (HaStack stack = Stacks.open(cluster, QUICK)) {
            until("main serves", () -> serves(stack.get(HaPostgres.class)));
        }
    }
}
