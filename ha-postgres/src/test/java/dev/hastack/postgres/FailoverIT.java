package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class FailoverIT {
    private final PostgresCluster cluster;
    private HaStack stack;
    private HaPostgres postgres;

    FailoverIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws Exception {
        stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", "8"));
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
    }

    @AfterEach
    void close() throws Exception {
        stack.close(Duration.ZERO);
    }

    @Test
    void writes_resume_on_the_promoted_standby_and_no_acknowledged_write_is_lost() throws Exception {
        long epoch = postgres.topology().maxEpoch().orElseThrow();
        Set<Long> acknowledged;
        try (Writers writers = new Writers(postgres.primary(), 4, 1)) {
            until("there is load", () -> writers.acknowledged().size() > 200);

            cluster.node("main").kill();
            until("main is seen down", () -> status(postgres, "main") == Status.DOWN);
            int before = writers.acknowledged().size();
            cluster.node("standby").promote();
            until("writes resume", () -> writers.acknowledged().size() > before + 200);

            acknowledged = writers.acknowledged();
            // Those that were under way; every other caller waited at the gate.
            assertThat(writers.failures().size()).isLessThanOrEqualTo(4);
        }
        assertThat(stored()).containsAll(acknowledged);
        assertThat(status(postgres, "standby")).isEqualTo(Status.PRIMARY);
        assertThat(postgres.topology().maxEpoch()).isEqualTo(OptionalLong.of(epoch + 1));
        assertThat(stack.health().health()).isEqualTo(Health.DEGRADED);
    }

    private Set<Long> stored() throws SQLException {
        Set<Long> ids = new HashSet<>();
        try (Connection connection = postgres.primary().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM notes")) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    @Test
    void a_promotion_opens_no_connection() throws Exception {
        until("pools are warm", () -> backends("standby") >= 8);
        String before = pids("standby");

        cluster.node("main").kill();
        until("main is seen down", () -> status(postgres, "main") == Status.DOWN);
        cluster.node("standby").promote();
        String pid = query(postgres.primary(), "SELECT pg_backend_pid()");

        assertThat(before.split(",")).contains(pid);
    }

    private int backends(String node) throws SQLException {
        return Integer.parseInt(cluster.node(node)
                .query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND pid <> pg_backend_pid()"));
    }

    private String pids(String node) throws SQLException {
        return String.valueOf(cluster.node(node)
                .query("SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE usename = 'app'"));
    }

    @Test
    void a_primary_that_returns_on_the_old_timeline_is_fenced_and_gets_no_connection() throws Exception {
        cluster.node("main").kill();
        until("main is seen down", () -> status(postgres, "main") == Status.DOWN);
        cluster.node("standby").promote();
        until("the primary moved", () -> status(postgres, "standby") == Status.PRIMARY);

        cluster.node("main").start();
        until("main is fenced", () -> status(postgres, "main") == Status.FENCED);

        assertThat(query(postgres.primary(), "SELECT inet_server_port()"))
                .isEqualTo(Integer.toString(cluster.node("standby").port()));
        assertThat(status(postgres, "standby")).isEqualTo(Status.PRIMARY);
        // The probe, and nobody else.
        assertThat(backends("main")).isLessThanOrEqualTo(1);
    }

    @Test
    void a_caller_that_waits_for_a_primary_is_told_the_topology_when_its_patience_ends() throws Exception {
        try (HaStack hasty = Stacks.ready(cluster, Map.of("ha.postgres.writes.wait", "200ms"))) {
            cluster.node("main").kill();
            HaPostgres own = hasty.get(HaPostgres.class);
            until("main is seen down", () -> status(own, "main") == Status.DOWN);

            assertThatThrownBy(() -> own.primary().getConnection())
                    .isInstanceOf(NoPrimaryException.class)
                    .hasMessageContaining("no primary within 200 ms")
                    .hasMessageContaining("READ_ONLY epoch ")
                    .hasMessageContaining("main DOWN refused")
                    .hasMessageContaining("standby REPLICA");
        }
    }

    @Test
    void threads_that_wait_on_a_hung_primary_are_freed_and_writes_go_on_at_its_successor() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            cluster.node("main").hang();
            CompletableFuture<Void> stuck = CompletableFuture.runAsync(() -> {
                try {
                    execute(connection, "INSERT INTO notes VALUES (1)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });

            assertThatThrownBy(() -> stuck.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(java.io.IOException.class);
        }
        cluster.node("standby").promote();
        execute(postgres.primary(), "INSERT INTO notes VALUES (2)");

        cluster.node("main").resume();
        until("main is fenced", () -> status(postgres, "main") == Status.FENCED);
    }

    @Test
    void reads_go_on_at_the_other_replica_when_one_dies() throws Exception {
        // Its lag is known once it has shown a position that the primary had.
        until(
                "standby serves reads",
                () -> query(postgres.replica(), "SELECT inet_server_port()")
                        .equals(Integer.toString(cluster.node("standby").port())));
        cluster.node("delivery").kill();
        String port = null;
        for (int attempt = 0; port == null && attempt < 3; attempt++) {
            try {
                port = query(postgres.replica(), "SELECT inet_server_port()");
            } catch (SQLException e) {
                // The documented retry: the gate of the node that failed is closed by now.
                assertThat(PostgresErrors.kind(e)).isPresent();
            }
        }
        until("delivery is seen down", () -> status(postgres, "delivery") == Status.DOWN);
        for (int i = 0; i < 20; i++) {
            assertThat(query(postgres.replica(), "SELECT inet_server_port()"))
                    .isEqualTo(Integer.toString(cluster.node("standby").port()));
        }
        execute(postgres.primary(), "INSERT INTO notes VALUES (4)");
    }

    @Test
    void reads_go_to_the_primary_when_no_replica_is_left() throws Exception {
        cluster.node("delivery").kill();
        cluster.node("standby").kill();
        until(
                "replicas are seen down",
                () -> status(postgres, "delivery") == Status.DOWN && status(postgres, "standby") == Status.DOWN);

        assertThat(query(postgres.replica(), "SELECT inet_server_port()"))
                .isEqualTo(Integer.toString(cluster.node("main").port()));
    }

    @Test
    void reads_go_on_after_a_failover() throws Exception {
        cluster.node("main").kill();
        until("main is seen down", () -> status(postgres, "main") == Status.DOWN);
        cluster.node("standby").promote();
        cluster.node("delivery").follow(cluster.node("standby"));
        execute(postgres.primary(), "INSERT INTO notes VALUES (5)");

        until("delivery serves reads again", () -> {
            try {
                return query(postgres.replica(), "SELECT inet_server_port() || ' ' || count(*) FROM notes")
                        .equals(cluster.node("delivery").port() + " 1");
            } catch (SQLException e) {
                return false;
            }
        });
    }
}
