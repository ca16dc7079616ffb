package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** What a caller leaves in a session does not hurt the next one: there is one connection, so the next one gets the same. */
@HaStackTest(postgres = @Postgres(nodes = "main"))
class SessionIT {
    private static final String PID = "SELECT pg_backend_pid()";

    private final PostgresCluster cluster;
    private HaStack stack;
    private HaPostgres postgres;

    SessionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws Exception {
        stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", "1"));
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
    }

    @AfterEach
    void close() {
        stack.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                "SET default_transaction_read_only = on",
                "SELECT set_config('default_transaction_read_only', 'on', false)",
                "BEGIN READ ONLY"
            })
    void a_session_that_was_left_read_only_is_not_so_for_the_next_caller(String leaving) throws Exception {
        String pid = query(postgres.primary(), PID);
        for (int i = 0; i < 20; i++) {
            execute(postgres.primary(), leaving);
            assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (" + i + ")"))
                    .isEqualTo(1);
        }
        assertThat(query(postgres.primary(), PID))
                .as("it was put back, not replaced")
                .isEqualTo(pid);
    }

    @Test
    void a_transaction_that_was_begun_by_text_ends_with_its_caller() throws Exception {
        execute(postgres.primary(), "BEGIN; INSERT INTO notes VALUES (1)");
        execute(postgres.primary(), "INSERT INTO notes VALUES (2)");
        assertThat(query(postgres.primary(), "SELECT string_agg(id::text, ',') FROM notes"))
                .isEqualTo("2");
    }

    @Test
    void a_replicas_transaction_that_was_begun_by_text_and_refuses_to_be_put_back_ends_as_well() throws Exception {
        try (HaStack reading = Stacks.ready(
                cluster, Map.of("ha.postgres.pool.max-size", "1", "ha.postgres.reads.prefer", "primary"))) {
            HaPostgres own = reading.get(HaPostgres.class);
            assertThatThrownBy(() -> execute(own.replica(), "BEGIN"))
                    .as("as HikariCP's own connection")
                    .isInstanceOf(SQLException.class);
            assertThat(execute(own.primary(), "INSERT INTO notes VALUES (3)")).isEqualTo(1);
            assertThat(cluster.node("main").query("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void parameters_that_the_server_reports_are_what_they_were() throws Exception {
        List<String> reported = List.of("TimeZone", "search_path", "application_name", "IntervalStyle", "DateStyle");
        List<String> before = new ArrayList<>();
        for (String name : reported) {
            before.add(query(postgres.primary(), "SHOW " + name));
        }
        execute(
                postgres.primary(),
                "SET TimeZone = 'Asia/Tokyo'; SET search_path = pg_catalog; SET application_name = 'another';"
                        + " SET IntervalStyle = iso_8601; SET DateStyle = 'ISO, DMY'");
        List<String> after = new ArrayList<>();
        for (String name : reported) {
            after.add(query(postgres.primary(), "SHOW " + name));
        }
        assertThat(after).isEqualTo(before);
    }

    @Test
    void settings_of_the_driver_are_what_they_were() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            connection.setSchema("pg_catalog");
            connection.setClientInfo("ApplicationName", "another");
            connection.setTypeMap(Map.of("x", String.class));
            PGConnection session = connection.unwrap(PGConnection.class);
            session.setPrepareThreshold(1);
            session.setDefaultFetchSize(7);
            session.setQueryTimeout(9);
        }
        try (Connection connection = postgres.dataSource().getConnection()) {
            assertThat(query(connection, "SELECT current_schema()")).isEqualTo("public");
            assertThat(connection.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            assertThat(connection.getClientInfo("ApplicationName")).startsWith("ha-stack");
            assertThat(connection.getTypeMap()).isEmpty();
            PGConnection session = connection.unwrap(PGConnection.class);
            assertThat(session.getPrepareThreshold()).isEqualTo(5);
            assertThat(session.getDefaultFetchSize()).isZero();
            assertThat(session.getQueryTimeout()).isZero();
        }
    }

    @Test
    void what_a_caller_set_stays_while_it_has_the_connection_though_it_clears_warnings() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            execute(connection, "SET TimeZone = 'Asia/Tokyo'");
            connection.clearWarnings();
            assertThat(query(connection, "SHOW TimeZone")).isEqualTo("Asia/Tokyo");
        }
    }

    @Test
    void an_operator_who_makes_the_server_read_only_is_not_overruled() throws Exception {
        cluster.node("main").query("ALTER SYSTEM SET default_transaction_read_only = on");
        cluster.node("main").query("SELECT pg_reload_conf()");
        try (HaStack reading = Stacks.open(cluster, Map.of("ha.postgres.pool.max-size", "1"))) {
            HaPostgres own = reading.get(HaPostgres.class);
            Stacks.until("it reads", () -> "on".equals(query(own.replica(), "SHOW default_transaction_read_only")));
            assertThat(query(own.replica(), "SHOW default_transaction_read_only"))
                    .isEqualTo("on");
        } finally {
            cluster.node("main").query("ALTER SYSTEM RESET default_transaction_read_only");
            cluster.node("main").query("SELECT pg_reload_conf()");
        }
    }

    @Test
    void a_connection_that_its_user_aborted_is_given_back() throws Exception {
        Connection connection = postgres.dataSource().getConnection();
        assertThat(query(connection, "SELECT 1")).isEqualTo("1");
        connection.abort(Runnable::run);
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThat(query(postgres.primary(), "SELECT 1")).as("the only one").isEqualTo("1");
    }
}
