package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** What the tests against real servers share. */
final class Stacks {
    private Stacks() {}

    /** Opens a stack on this cluster, with these settings on top of its own, and waits until it is ready. */
    static HaStack ready(PostgresCluster cluster, Map<String, String> settings) {
        HaStack stack = open(cluster, settings);
        assertThat(stack.awaitReady(Duration.ofSeconds(10)))
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

    static Status status(HaPostgres postgres, String node) {
        return postgres.topology().node(node).map(NodeView::status).orElse(Status.UNKNOWN);
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

    /** What a test waits for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("gave up waiting until %s", what).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
