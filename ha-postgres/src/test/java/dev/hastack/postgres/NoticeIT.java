package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an idle process learns without a probe, and how it comes back to a node. The probes are minutes away. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class NoticeIT {
    private static final Map<String, String> SELDOM =
            Map.of("ha.probe.interval", "5m", "ha.postgres.reads.max-lag", "10m");

    private final PostgresCluster cluster;

    NoticeIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private void untilWatched(String node, int connections) throws Exception {
        until("pools are warm, and the probe and the death watch connected", () -> backends(node) >= connections + 2);
    }

    private int backends(String node) throws SQLException {
        return Integer.parseInt(
                cluster.node(node).query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'"));
    }

    @Test
    void an_idle_process_notices_the_death_of_a_primary_at_once_and_its_next_write_does_not_fail() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, SELDOM)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            untilWatched("main", 10);

            cluster.node("main").kill();
            until("main is seen down", () -> status(postgres, "main") == Status.DOWN);

            cluster.node("standby").promote();
            assertThat(execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS noticed (id bigint)"))
                    .isZero();
        }
    }

    @Test
    void an_orderly_stop_of_a_replica_is_noticed_too() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, SELDOM)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            untilWatched("standby", 10);

            cluster.node("standby").stop();
            until("standby is seen down", () -> status(postgres, "standby") == Status.DOWN);

            assertThat(query(postgres.replica(), "SELECT inet_server_port()"))
                    .isEqualTo(Integer.toString(cluster.node("main").port()));
        }
    }

    @Test
    void a_promotion_beside_a_living_primary_is_told_by_the_sessions_of_the_standby() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, SELDOM)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            untilWatched("standby", 10);

            cluster.node("standby").promote();
            until("reads have told it", () -> {
                assertThat(query(postgres.replica(), "SELECT 1")).isEqualTo("1");
                return status(postgres, "standby") == Status.PRIMARY;
            });
            assertThat(status(postgres, "main")).isEqualTo(Status.FENCED);
        }
    }

    @Test
    void an_administrator_who_ends_the_death_watch_ends_nothing_else() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, SELDOM)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            untilWatched("main", 10);

            cluster.node("main")
                    .query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                            + " WHERE usename = 'app' AND query NOT LIKE '%pg_control_system%'"
                            + " AND backend_type = 'client backend' AND state = 'idle' AND query = ''");

            until("a probe has decided", () -> postgres.topology().writable().isPresent());
            assertThat(query(postgres.primary(), "SELECT 1")).isEqualTo("1");
            assertThat(postgres.topology().node("main").map(NodeView::generation))
                    .contains(0);
        }
    }

    @Test
    void a_node_that_came_back_is_refilled_slowly_and_serves_a_caller_at_once() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            cluster.node("standby").kill();
            until("standby is seen down", () -> status(postgres, "standby") == Status.DOWN);
            cluster.node("standby").start();
            until("standby is back", () -> status(postgres, "standby") == Status.REPLICA);

            until(
                    "it serves",
                    () -> query(postgres.replica(), "SELECT inet_server_port()")
                            .equals(Integer.toString(cluster.node("standby").port())));
            untilWatched("standby", 10);
            // Ten pauses of up to a second each: less in all than this has a chance of one in many millions.
            assertThat(cluster.node("standby")
                            .query("SELECT max(backend_start) - min(backend_start) > '500ms' FROM pg_stat_activity"
                                    + " WHERE usename = 'app'"))
                    .isEqualTo("t");
        }
    }
}
