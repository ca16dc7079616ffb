package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** What a role, or a database, is set to limits what this service can do, and is no death of a server. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class RoleLimitsIT {
    private final PostgresCluster cluster;

    RoleLimitsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private interface Body {
        void run() throws Exception;
    }

    private void with(String set, String reset, Body body) throws Exception {
        cluster.node("main").query("ALTER ROLE app " + set);
        Stacks.untilLevel(cluster);
        try {
            body.run();
        } finally {
            cluster.node("main").query("ALTER ROLE app " + reset);
            Stacks.untilLevel(cluster);
        }
    }

    @Test
    void a_role_that_is_set_to_read_only_is_told_and_down_where_this_stack_writes() throws Exception {
        with("SET default_transaction_read_only = on", "RESET default_transaction_read_only", () -> {
            try (HaStack stack = Stacks.ready(cluster, Map.of())) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                assertThatThrownBy(() -> execute(postgres.primary(), "CREATE TABLE refused (id int)"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("read-only transaction");
                assertThat(query(postgres.replica(), "SELECT 1")).isEqualTo("1");

                assertThat(stack.health().health()).isEqualTo(Health.DOWN);
                // A caller's own error has the node asked anew, and is the reason until it has answered.
                until(
                        "why is said",
                        () -> Stacks.health(stack, "main")
                                .reason()
                                .orElse("")
                                .contains(
                                        "writes refused: default_transaction_read_only is on for this role (ALTER ROLE ... SET);"
                                                + " reset it, or set ha.postgres.writable=false"));
                until(
                        "the standby is well",
                        () -> Stacks.health(stack, "standby").health() == Health.UP);
                cluster.node("main").query("ALTER ROLE app RESET default_transaction_read_only");
                cluster.node("main")
                        .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
                until("health is well again", () -> stack.health().health() == Health.UP);
            }
        });
    }

    @Test
    void a_stack_that_only_reads_does_not_mind() throws Exception {
        with("SET default_transaction_read_only = on", "RESET default_transaction_read_only", () -> {
            try (HaStack stack = Stacks.ready(cluster, Map.of("ha.postgres.writable", "false"))) {
                assertThat(query(stack.get(HaPostgres.class).replica(), "SELECT 1"))
                        .isEqualTo("1");
                assertThat(stack.health().health()).isEqualTo(Health.UP);
            }
        });
    }

    @Test
    void a_probe_is_not_cut_off_by_the_time_that_the_role_has_for_its_statements() throws Exception {
        with("SET statement_timeout = 1", "RESET statement_timeout", () -> {
            try (HaStack stack = Stacks.ready(cluster, Map.of())) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                // It is callers who have a millisecond.
                assertThatThrownBy(() -> query(postgres.primary(), "SELECT pg_sleep(1)"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("statement timeout");
                assertThat(Stacks.status(postgres, "main")).isEqualTo(Status.PRIMARY);
                assertThat(Stacks.status(postgres, "standby")).isEqualTo(Status.REPLICA);
            }
        });
    }

    @Test
    void a_role_that_wants_to_be_told_everything_does_not_drown_the_probe() throws Exception {
        withAll(
                List.of(
                        "client_min_messages = debug5",
                        "debug_print_parse = on",
                        "debug_print_rewritten = on",
                        "debug_print_plan = on"),
                this::serves);
    }

    private void withAll(List<String> settings, Body body) throws Exception {
        if (settings.isEmpty()) {
            body.run();
            return;
        }
        String first = settings.get(0);
        with(
                "SET " + first,
                "RESET " + first.substring(0, first.indexOf(' ')),
                () -> withAll(settings.subList(1, settings.size()), body));
    }

    private void serves() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            assertThat(query(postgres.replica(), "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void a_role_whose_transactions_may_take_a_millisecond_is_let_in() throws Exception {
        // A pool's connections may be ended by the same time while they are made: the probe's answer counts.
        with("SET transaction_timeout = 1", "RESET transaction_timeout", () -> {
            try (HaStack stack = Stacks.open(cluster, Map.of())) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                until("the primary is found", () -> Stacks.status(postgres, "main") == Status.PRIMARY);
                until("the replica is found", () -> Stacks.status(postgres, "standby") == Status.REPLICA);
            }
        });
    }

    @Test
    void a_standby_answers_a_role_whose_transactions_are_serializable() throws Exception {
        with("SET default_transaction_isolation = serializable", "RESET default_transaction_isolation", () -> {
            try (HaStack stack = Stacks.ready(cluster, Map.of())) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                until("the replica is found", () -> Stacks.status(postgres, "standby") == Status.REPLICA);
                assertThat(Stacks.health(stack, "standby").toString()).doesNotContain("refused");
                // A standby has no serializable transactions: to ask for others is the caller's.
                until("reads go to the replica, which is known not to be late by then", () -> {
                    try (Connection connection = postgres.replica().getConnection()) {
                        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                        return query(connection, Stacks.PORT).equals(Stacks.port(cluster, "standby"));
                    }
                });
            }
        });
    }

    @Test
    void an_idle_session_that_is_ended_is_no_alarm() throws Exception {
        with("SET idle_session_timeout = 300", "RESET idle_session_timeout", () -> {
            // Less often than sessions may be idle: each probe finds that its own was ended.
            try (HaStack stack =
                    Stacks.ready(cluster, Map.of("ha.probe.interval", "2s", "ha.probe.timeout", "1900ms"))) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                var answered = postgres.topology().node("main").orElseThrow().answeredAt();
                long version = postgres.topology().version();
                Queue<TopologyEvent> changed = new ConcurrentLinkedQueue<>();
                var unused = stack.subscribe(changed::add);
                until(
                        "it was asked three times",
                        () -> postgres.topology()
                                .node("main")
                                .orElseThrow()
                                .answeredAt()
                                .orElseThrow()
                                .isAfter(answered.orElseThrow().plusSeconds(6)));
                assertThat(changed)
                        .as("since the start")
                        .allMatch(event -> event.snapshot().version() <= version);
            }
        });
    }

    @Test
    void that_a_suspect_node_lets_nobody_in_is_said() throws Exception {
        String database = cluster.properties().get("ha.postgres.database");
        try (HaStack stack = Stacks.ready(cluster, Map.of());
                Connection held = stack.get(HaPostgres.class).primary().getConnection()) {
            cluster.node("main").query("ALTER DATABASE " + database + " CONNECTION LIMIT 0");
            Stacks.untilLevel(cluster);
            try {
                cluster.node("main")
                        .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
                assertThatThrownBy(() -> query(held, "SELECT 1")).isInstanceOf(SQLException.class);
                until(
                        "why it stays suspect is said",
                        () -> stack.health().store("postgres").summary().contains("main PRIMARY suspect overloaded"));
                assertThat(Stacks.health(stack, "main").reason().orElse(""))
                        .contains("too many connections for database");
            } finally {
                cluster.node("main").query("ALTER DATABASE " + database + " CONNECTION LIMIT -1");
            }
            until("all is well again", () -> stack.health().health() == Health.UP);
        }
    }
}
