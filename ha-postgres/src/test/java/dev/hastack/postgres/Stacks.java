package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** What the tests against real servers share. */
final class Stacks {
    /** Which node a connection is to. */
    static final String PORT = "SELECT inet_server_port()";

    private Stacks() {}

    /** Opens a stack on this cluster, with these settings on top of its own, and waits until it is ready. */
    static HaStack ready(PostgresCluster cluster, Map<String, String> settings) {
        HaStack stack = open(cluster, settings);
        assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                .as("ready: %s", stack.health())
                .isTrue();
        return stack;
    }

    static HaStack open(PostgresCluster cluster, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(cluster.properties());
        // Patient, since a machine that builds may be busy: what hangs here hangs for good.
        all.put("ha.probe.timeout", "900ms");
        all.putAll(settings);
        return HaStack.open(StackConfig.of(all));
    }

    /** The one settings, with the other on top. */
    static Map<String, String> with(Map<String, String> one, Map<String, String> other) {
        Map<String, String> all = new HashMap<>(one);
        all.putAll(other);
        return all;
    }

    static Status status(HaPostgres postgres, String node) {
        return postgres.topology().node(node).map(NodeView::status).orElse(Status.UNKNOWN);
    }

    /** The node as health has it. */
    static NodeHealth health(HaStack stack, String node) {
        return stack.health().store("postgres").node(node).orElseThrow();
    }

    /** As {@link #PORT} answers on this node. */
    static String port(PostgresCluster cluster, String node) {
        return Integer.toString(cluster.node(node).port());
    }

    /** Waits until every standby has applied what the first node has written, so that any of them may be promoted. */
    static void untilLevel(PostgresCluster cluster) throws Exception {
        // Not the insert position: at a page's boundary it is behind a header that no replica reaches before the next
        // record.
        String written = cluster.primary().query("SELECT pg_current_wal_flush_lsn()");
        for (PostgresNode node : cluster.nodes()) {
            until(
                    node.id() + " has applied everything",
                    () -> node.isPrimary()
                            || "t".equals(node.query("SELECT pg_last_wal_replay_lsn() >= '" + written + "'")));
        }
    }

    /** The table that tests write to, new. */
    static void createNotes(HaPostgres postgres) throws SQLException {
        execute(postgres.primary(), "DROP TABLE IF EXISTS notes");
        execute(postgres.primary(), "CREATE TABLE notes (id bigint PRIMARY KEY)");
    }

    /** Runs it on a thread of its own, for a call that is meant to wait. */
    static CompletableFuture<String> inBackground(Callable<String> call) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(call.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                "caller");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    static int execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return execute(connection, sql);
        }
    }

    static int execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    static String query(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return query(connection, sql);
        }
    }

    static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "no row";
        }
    }

    /** How the connection of this call was lost, which it has to be within a minute. */
    static PostgresConnectionLostException lost(CompletableFuture<String> call) {
        Throwable failure = catchThrowable(() -> call.get(1, TimeUnit.MINUTES));
        assertThat(failure).hasCauseInstanceOf(SQLException.class);
        return Objects.requireNonNull(
                PostgresConnectionLostException.in((SQLException) Objects.requireNonNull(failure.getCause())));
    }

    /** What a test waits for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("gave up waiting until %s", what).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
