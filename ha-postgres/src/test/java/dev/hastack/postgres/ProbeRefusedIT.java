package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that refuses the probe one thing is not gone, and says what it refuses. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class ProbeRefusedIT {
    private final PostgresCluster cluster;

    ProbeRefusedIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private void asSuperuser(String sql) throws Exception {
        try (Connection connection = cluster.node("main").superuser()) {
            execute(connection, sql);
        }
        Stacks.untilLevel(cluster);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_last_wal_replay_lsn()",
                "pg_control_system()",
                "pg_control_checkpoint()",
                "pg_control_recovery()",
                "pg_current_wal_insert_lsn()",
                "pg_walfile_name(pg_lsn)",
                "pg_is_in_recovery()",
                "pg_is_in_recovery(), current_setting(text), current_setting(text, boolean)"
            })
    void a_right_that_was_revoked_costs_its_fact_alone(String function) throws Exception {
        try (HaStack running = Stacks.ready(cluster, Map.of())) {
            HaPostgres postgres = running.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            asSuperuser("REVOKE EXECUTE ON FUNCTION " + function + " FROM PUBLIC");
            try {
                until("it is told", () -> running.health().toString().contains("permission denied for function"));
                assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (1)"))
                        .isEqualTo(1);
                assertThat(query(postgres.replica(), "SELECT 1")).isEqualTo("1");
                assertThat(Stacks.status(postgres, "main")).isEqualTo(Status.PRIMARY);
                assertThat(Stacks.status(postgres, "standby")).isEqualTo(Status.REPLICA);
                try (HaStack starting = Stacks.open(cluster, Map.of())) {
                    HaPostgres own = starting.get(HaPostgres.class);
                    assertThat(execute(own.primary(), "INSERT INTO notes VALUES (2)"))
                            .isEqualTo(1);
                    assertThat(query(own.replica(), "SELECT 1")).isEqualTo("1");
                }
            } finally {
                asSuperuser("GRANT EXECUTE ON FUNCTION " + function + " TO PUBLIC");
            }
        }
    }

    @Test
    void a_pool_that_can_open_no_connection_is_down_and_says_why() throws Exception {
        try (HaStack stack = Stacks.ready(
                cluster, Map.of("ha.postgres.pool.min-idle", "0", "ha.postgres.pool.connection-timeout", "2s"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            cluster.node("main").query("ALTER ROLE app CONNECTION LIMIT 0");
            Stacks.untilLevel(cluster);
            try {
                assertThatThrownBy(() -> postgres.primary().getConnection())
                        .isInstanceOf(PostgresUnavailableException.class)
                        .hasMessageContaining("no connection to main could be opened in time")
                        .hasMessageContaining("too many connections for role");
                assertThatThrownBy(() -> postgres.replica().getConnection())
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("too many connections for role");
                assertThat(stack.health().health()).isEqualTo(Health.DOWN);
                assertThat(Stacks.health(stack, "main").reason().orElse(""))
                        .contains("connections cannot be opened")
                        .contains("too many connections for role");
            } finally {
                cluster.node("main").query("ALTER ROLE app CONNECTION LIMIT -1");
            }
            Stacks.untilLevel(cluster);
            // A pool that was refused pauses between its attempts, for longer than this caller waits.
            until("connections are opened again", () -> serves(postgres));
            until("health is well again", () -> stack.health().health() != Health.DOWN);
        }
    }

    private static boolean serves(HaPostgres postgres) throws SQLException {
        try {
            return query(postgres.primary(), "SELECT 1").equals("1");
        } catch (SQLTransientConnectionException e) {
            return false;
        }
    }

    @Test
    void a_probe_that_is_not_let_in_any_more_is_told_while_its_node_serves_on() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", "2"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
            until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == 2);
            cluster.node("main").query("ALTER ROLE app CONNECTION LIMIT 0");
            Stacks.untilLevel(cluster);
            try {
                until("the probe's connection ends", () -> {
                    String unused = cluster.node("main")
                            .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"
                                    + " AND query LIKE 'SELECT pg_is_in_recovery()%'");
                    return Stacks.health(stack, "main")
                            .reason()
                            .orElse("")
                            .contains("cannot be asked: FATAL: too many connections for role");
                });
                assertThat(query(postgres.primary(), "SELECT 1")).isEqualTo("1");
            } finally {
                cluster.node("main").query("ALTER ROLE app CONNECTION LIMIT -1");
            }
        }
    }

    /** As by {@code pg_ctl stop -m smart}: the server waits for its sessions, and lets nobody else in (57P03). */
    @Test
    void a_server_that_lets_nobody_in_while_it_shuts_down_finishes_what_is_under_way() throws Exception {
        PostgresNode main = cluster.node("main");
        try (HaStack stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", "2"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            try (Connection within = postgres.primary().getConnection()) {
                within.setAutoCommit(false);
                execute(within, "INSERT INTO notes VALUES (1)");
                String process = String.valueOf(main.query("SELECT pg_read_file('postmaster.pid')"));
                long pid =
                        process.lines().mapToLong(Long::parseLong).findFirst().orElseThrow();
                assertThat(ProcessHandle.of(pid).orElseThrow().destroy()).isTrue();
                until("the probe is not let in", () -> {
                    String unused = main.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE usename = 'app' AND query LIKE 'SELECT pg_is_in_recovery()%'");
                    return Stacks.status(postgres, "main") == Status.DOWN;
                });

                assertThat(postgres.topology()
                                .node("main")
                                .flatMap(NodeView::failure)
                                .map(Failure::kind))
                        .contains(Kind.SHUTTING_DOWN);
                assertThat(Stacks.health(stack, "main").reason().orElse(""))
                        .contains("the database system is shutting down");
                within.commit();
                assertThat(query(within, "SELECT count(*) FROM notes")).isEqualTo("1");
                within.commit();
            }
        } finally {
            main.stop();
            main.start();
        }
    }
}
