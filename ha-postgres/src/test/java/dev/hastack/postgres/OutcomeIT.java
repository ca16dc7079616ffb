package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hastack.core.HaStack;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby"},
                        synchronous = "standby"))
class OutcomeIT {
    private final PostgresCluster cluster;
    private HaStack stack;
    private HaPostgres postgres;

    OutcomeIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws Exception {
        stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", "2"));
        postgres = stack.get(HaPostgres.class);
        execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS outcomes (id bigint)");
    }

    @AfterEach
    void close() {
        stack.close(Duration.ZERO);
    }

    private interface Call {
        void run() throws SQLException;
    }

    private static SQLException failure(Call call) {
        return catchThrowableOfType(SQLException.class, call::run);
    }

    /** What the call throws that waits for its answer when {@code fault} strikes. */
    private SQLException failureUnderWay(Call call, Runnable fault) throws Exception {
        CompletableFuture<SQLException> failure = CompletableFuture.supplyAsync(() -> failure(call));
        until(
                "the statement is under way",
                () -> "1"
                        .equals(cluster.node("main")
                                .query(
                                        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state = 'active'"
                                                + " AND (query LIKE '%pg_sleep%' OR wait_event = 'SyncRep')")));
        fault.run();
        return failure.get(60, TimeUnit.SECONDS);
    }

    @Test
    void an_autocommit_statement_under_way_at_a_node_that_dies_has_an_unknown_outcome() throws Exception {
        SQLException e = failureUnderWay(
                () -> execute(postgres.primary(), "INSERT INTO outcomes SELECT 1 FROM pg_sleep(60)"),
                cluster.node("main")::kill);

        assertThat(Outcome.of(e)).isEqualTo(Outcome.UNKNOWN);
        assertThat((Throwable) e).hasStackTraceContaining("connection to main ");
    }

    @Test
    void a_statement_within_a_transaction_at_a_node_that_hangs_was_not_committed() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            connection.setAutoCommit(false);
            SQLException e = failureUnderWay(
                    () -> execute(connection, "INSERT INTO outcomes SELECT 1 FROM pg_sleep(60)"),
                    cluster.node("main")::hang);

            assertThat(Outcome.of(e)).isEqualTo(Outcome.NOT_DONE);
            assertThat((Throwable) e)
                    .hasStackTraceContaining(
                            "connection to main was aborted by ha-stack: main is DOWN (no answer within");
            // A framework throws this in place of the other.
            assertThat(Outcome.of(failure(connection::rollback))).isEqualTo(Outcome.NOT_DONE);
        }
    }

    @Test
    void a_commit_under_way_at_a_node_that_hangs_has_an_unknown_outcome() throws Exception {
        cluster.node("standby").hang();
        try (Connection connection = postgres.primary().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO outcomes VALUES (1)");
            // It waits for its synchronous standby.
            SQLException e = failureUnderWay(connection::commit, cluster.node("main")::hang);

            assertThat(Outcome.of(e)).isEqualTo(Outcome.UNKNOWN);
            assertThat(Outcome.of(failure(connection::rollback))).isEqualTo(Outcome.UNKNOWN);
        }
    }

    @Test
    void a_transaction_whose_session_the_server_ends_was_not_committed_nor_is_its_rollback_in_doubt() throws Exception {
        for (DataSource source : List.of(postgres.primary(), postgres.dataSource())) {
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(false);
                String pid = query(connection, "SELECT pg_backend_pid()");
                String unused = cluster.node("main").query("SELECT pg_terminate_backend(" + pid + ", 10000)");

                assertThat(Outcome.of(failure(() -> query(connection, "SELECT 1"))))
                        .isEqualTo(Outcome.NOT_DONE);
                assertThat(Outcome.of(failure(connection::rollback))).isEqualTo(Outcome.NOT_DONE);
            }
        }
    }

    private void cancelTheWait() {
        try {
            String unused = cluster.node("main")
                    .query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                            + " AND usename = 'app'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_commit_whose_wait_for_its_standby_is_cancelled_is_done_and_not_durable() throws Exception {
        cluster.node("standby").hang();
        try (Connection connection = postgres.primary().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO outcomes VALUES (77)");
            SQLException e = failureUnderWay(connection::commit, this::cancelTheWait);

            assertThat((Throwable) e)
                    .isInstanceOf(PostgresNotDurableException.class)
                    .hasMessageContaining("synchronous replication");
            assertThat(Outcome.of(e)).isEqualTo(Outcome.DONE_NOT_DURABLE);
            assertThat(query(connection, "SELECT count(*) FROM outcomes WHERE id = 77"))
                    .isEqualTo("1");
            connection.commit();
        }
    }

    @Test
    void an_autocommit_statement_whose_wait_is_cancelled_says_so_by_its_warning() throws Exception {
        cluster.node("standby").hang();
        try (Connection connection = postgres.primary().getConnection();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Integer> done = CompletableFuture.supplyAsync(() -> {
                try {
                    return statement.executeUpdate("INSERT INTO outcomes VALUES (78)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            until(
                    "it waits for its standby",
                    () -> "1"
                            .equals(cluster.node("main")
                                    .query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                                            + " AND usename = 'app'")));
            cancelTheWait();

            assertThat(done.get(60, TimeUnit.SECONDS)).isEqualTo(1);
            SQLWarning warning = statement.getWarnings();
            assertThat((Throwable) warning).isNotNull();
            assertThat(Outcome.of(warning)).isEqualTo(Outcome.DONE_NOT_DURABLE);
        }
    }

    @Test
    void a_connection_that_is_aborted_after_its_work_was_acknowledged_is_given_back_without_an_error()
            throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            assertThat(execute(connection, "INSERT INTO outcomes VALUES (2)")).isEqualTo(1);
            cluster.node("main").hang();
            until("main is seen down", () -> postgres.topology().primary().isEmpty());
        }
    }

    @Test
    void what_the_server_refuses_was_not_committed_and_what_found_no_node_was_not_sent() throws Exception {
        assertThat(Outcome.of(failure(() -> query(postgres.primary(), "SELECT 1/0"))))
                .isEqualTo(Outcome.NOT_DONE);
        try (HaStack hasty = Stacks.ready(cluster, Map.of("ha.postgres.writes.wait", "0s"))) {
            cluster.node("main").kill();
            until(
                    "main is seen down",
                    () -> hasty.get(HaPostgres.class).topology().primary().isEmpty());

            SQLException e = failure(() -> hasty.get(HaPostgres.class).primary().getConnection());
            assertThat((Throwable) e).isInstanceOf(PostgresNoPrimaryException.class);
            StackFailure failure = StackFailure.of(e).orElseThrow();
            assertThat(failure.outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(failure.reason()).isEqualTo(Reason.NO_NODE);
            assertThat(failure.topology().flatMap(seen -> seen.node("main")).map(NodeView::status))
                    .contains(Status.DOWN);
            assertThat(e.getSuppressed()).anySatisfy(node -> assertThat(node).hasMessageContaining("main is DOWN: "));
        }
    }

    @Test
    void a_stack_that_may_not_write_refuses_before_anything_is_sent_and_the_server_refuses_the_rest() throws Exception {
        try (HaStack delivery = Stacks.ready(
                cluster, Map.of("ha.stack", "delivery", "ha.stacks.delivery.postgres.writable", "false"))) {
            HaPostgres reading = delivery.get(HaPostgres.class);
            for (Call write : new Call[] {
                () -> reading.primary().getConnection(),
                () -> execute(reading.dataSource(), "INSERT INTO outcomes VALUES (1)")
            }) {
                SQLException e = failure(write);
                assertThat((Throwable) e)
                        .isInstanceOf(PostgresNotWritableException.class)
                        .hasMessageContaining("ha.postgres.writable");
                assertThat(Outcome.of(e)).isEqualTo(Outcome.NOT_SENT);
            }
            try (Connection late = reading.replica().getConnection()) {
                cluster.node("main").kill();
                cluster.node("standby").promote();
                until("its session is the primary's", () -> "f".equals(query(late, "SELECT pg_is_in_recovery()")));
                late.setReadOnly(false);

                SQLException e = failure(() -> execute(late, "INSERT INTO outcomes VALUES (1)"));
                assertThat(e.getSQLState()).isEqualTo("25006");
                assertThat(Outcome.of(e)).isEqualTo(Outcome.NOT_DONE);
            }
        }
    }
}
