package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Breakers and bulkheads: nodes that answer their probes and fail calls, and reads that nobody but the primary serves. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby", "delivery"}))
class GuardIT {
    private final PostgresCluster cluster;

    GuardIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private HaStack deliveryStack(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("ha.stack", "delivery");
        all.put("ha.postgres.nodes.delivery.stack", "delivery");
        return Stacks.ready(cluster, all);
    }

    private String port(String node) {
        return Integer.toString(cluster.node(node).port());
    }

    private static NodeHealth health(HaStack stack, String node) {
        return stack.health().store("postgres").node(node).orElseThrow();
    }

    /** A function that says where it runs, and fails at this node as a server without memory does. */
    private void failAt(HaPostgres postgres, String node) throws Exception {
        execute(postgres.primary(), """
                CREATE OR REPLACE FUNCTION here() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
                  IF inet_server_port() = %s THEN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END IF;
                  RETURN inet_server_port();
                END $$""".formatted(port(node)));
        until("the function is there", () -> "53200".equals(failure(postgres)));
    }

    private static String failure(HaPostgres postgres) {
        try {
            return query(postgres.replica(), "SELECT here()");
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    @Test
    void a_replica_that_fails_calls_is_left_while_another_serves_them_and_is_not_taken_for_dead() throws Exception {
        try (HaStack stack = deliveryStack(Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            failAt(postgres, "delivery");

            until("reads left delivery", () -> failure(postgres).equals(port("standby")));

            assertThat(status(postgres, "delivery")).isEqualTo(Status.REPLICA);
            assertThat(health(stack, "delivery").breakerOpen()).isTrue();
            assertThat(health(stack, "delivery").reason().orElse("")).contains("circuit breaker is open");

            execute(
                    postgres.primary(),
                    "CREATE OR REPLACE FUNCTION here() RETURNS int LANGUAGE sql AS $$ SELECT inet_server_port() $$");
            until("reads are back at delivery", () -> failure(postgres).equals(port("delivery")));
            until("its breaker is closed", () -> {
                assertThat(failure(postgres)).isIn(port("delivery"), port("standby"));
                return !health(stack, "delivery").breakerOpen();
            });
        }
    }

    @Test
    void a_breaker_says_when_it_is_tried_again_and_a_few_calls_after_that_close_it() throws Exception {
        try (HaStack stack = deliveryStack(Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            failAt(postgres, "delivery");
            until("it says so", () -> {
                failure(postgres);
                return health(stack, "delivery")
                        .reason()
                        .orElse("")
                        .matches(".*breaker is open.*tried again in \\d+ ms");
            });

            execute(
                    postgres.primary(),
                    "CREATE OR REPLACE FUNCTION here() RETURNS int LANGUAGE sql AS $$ SELECT inet_server_port() $$");
            String mended = cluster.node("main").query("SELECT pg_current_wal_lsn()");
            until(
                    "delivery has it",
                    () -> "t"
                            .equals(cluster.node("delivery")
                                    .query("SELECT pg_last_wal_replay_lsn() >= '" + mended + "'::pg_lsn")));
            until(
                    "its time is over, whoever asks",
                    () -> health(stack, "delivery").health() == Health.UP);

            for (int i = 0; i < 3; i++) {
                assertThat(failure(postgres)).isEqualTo(port("delivery"));
            }
            assertThat(health(stack, "delivery").health()).isEqualTo(Health.UP);
        }
    }

    @Test
    void an_open_breaker_is_not_the_last_word_on_the_only_node() throws Exception {
        try (HaStack stack = deliveryStack(Map.of("ha.postgres.reads.fallback", "none"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            failAt(postgres, "delivery");
            until("reads left delivery", () -> failure(postgres).equals(port("standby")));

            cluster.node("standby").kill();
            until("standby is seen down", () -> status(postgres, "standby") == Status.DOWN);

            assertThat(failure(postgres)).isEqualTo("53200");
        }
    }

    @Test
    void the_callers_own_errors_open_no_breaker() throws Exception {
        try (HaStack stack = deliveryStack(Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            for (int i = 0; i < 50; i++) {
                assertThatThrownBy(() -> query(postgres.replica(), "SELECT 1/0"))
                        .isInstanceOf(SQLException.class);
            }
            assertThat(health(stack, "delivery").breakerOpen()).isFalse();
            assertThat(query(postgres.replica(), "SELECT inet_server_port()")).isEqualTo(port("delivery"));
        }
    }

    @Test
    void reads_that_fall_back_to_the_primary_hold_no_more_than_their_share_of_it() throws Exception {
        try (HaStack stack = deliveryStack(Map.of(
                "ha.postgres.pool.max-size", "4",
                "ha.postgres.reads.primary-share", "50%",
                "ha.postgres.pool.connection-timeout", "2s"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            cluster.node("delivery").kill();
            cluster.node("standby").kill();
            until(
                    "replicas are seen down",
                    () -> status(postgres, "delivery") == Status.DOWN && status(postgres, "standby") == Status.DOWN);

            try (Connection one = postgres.replica().getConnection()) {
                try (Connection lazy = postgres.dataSource().getConnection()) {
                    lazy.setReadOnly(true);
                    assertThat(query(one, "SELECT inet_server_port()")).isEqualTo(port("main"));
                    assertThat(query(lazy, "SELECT inet_server_port()")).isEqualTo(port("main"));
                    assertThat(one.isReadOnly()).isTrue();

                    assertThatThrownBy(() -> postgres.replica().getConnection())
                            .isInstanceOf(PostgresOverloadedException.class)
                            .hasMessageContaining("all 2 of main's 4 connections that are for such reads are in use")
                            .hasMessageContaining("ha.postgres.reads.primary-share");
                    assertThat(query(postgres.primary(), "SELECT 1")).isEqualTo("1");
                }
                assertThat(query(postgres.replica(), "SELECT 1")).isEqualTo("1");
            }
            for (int i = 0; i < 10; i++) {
                assertThat(query(postgres.replica(), "SELECT 1")).isEqualTo("1");
            }
        }
    }
}
