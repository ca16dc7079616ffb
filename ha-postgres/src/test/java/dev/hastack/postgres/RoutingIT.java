package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.PORT;
import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Whom a call reaches, and what it is told if nobody; long because every way to ask for a connection is here. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class RoutingIT {
    private final PostgresCluster cluster;
    private HaStack stack;
    private HaPostgres postgres;

    RoutingIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws Exception {
        stack = Stacks.ready(
                cluster,
                Map.of(
                        "ha.stack",
                        "delivery",
                        "ha.postgres.nodes.delivery.stack",
                        "delivery",
                        "ha.postgres.pool.max-size",
                        "4"));
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        untilRead(postgres.replica(), "delivery");
    }

    @AfterEach
    void close() throws Exception {
        stack.close();
    }

    private String port(String node) {
        return Integer.toString(cluster.node(node).port());
    }

    @Test
    void writes_go_to_the_primary_and_reads_to_the_replica_of_the_own_stack() throws Exception {
        assertThat(query(postgres.primary(), PORT)).isEqualTo(port("main"));
        for (int i = 0; i < 10; i++) {
            assertThat(query(postgres.replica(), PORT)).isEqualTo(port("delivery"));
        }
    }

    @Test
    void another_stack_reads_from_nodes_of_no_stack() throws Exception {
        try (HaStack editing =
                Stacks.ready(cluster, Map.of("ha.stack", "editing", "ha.postgres.nodes.delivery.stack", "delivery"))) {
            untilRead(editing.get(HaPostgres.class).replica(), "standby");
        }
    }

    /** A replica that answered before its primary was known has no bound on its lag, and gets no reads, until it answers again. */
    private void untilRead(DataSource reads, String node) throws Exception {
        Stacks.until("reads go to " + node, () -> query(reads, PORT).equals(port(node)));
    }

    @Test
    void of_nodes_alike_in_stack_those_of_the_own_zone_are_read_from() throws Exception {
        for (String near : new String[] {"standby", "delivery"}) {
            String far = near.equals("standby") ? "delivery" : "standby";
            try (HaStack zoned = Stacks.ready(
                    cluster,
                    Map.of(
                            "ha.zone",
                            "a",
                            "ha.postgres.nodes." + near + ".zone",
                            "a",
                            "ha.postgres.nodes." + far + ".zone",
                            "b"))) {
                DataSource reads = zoned.get(HaPostgres.class).replica();
                untilRead(reads, near);
                for (int i = 0; i < 20; i++) {
                    assertThat(query(reads, PORT)).isEqualTo(port(near));
                }
            }
        }
    }

    @Test
    void a_stack_may_prefer_the_primary_for_reads() throws Exception {
        try (HaStack editing = Stacks.ready(
                cluster, Map.of("ha.stack", "editing", "ha.stacks.editing.postgres.reads.prefer", "primary"))) {
            assertThat(query(editing.get(HaPostgres.class).replica(), PORT)).isEqualTo(port("main"));
        }
    }

    @Test
    void a_connection_is_routed_at_its_first_statement() throws Exception {
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            assertThat(query(connection, PORT)).isEqualTo(port("delivery"));
            connection.commit();
        }
        try (Connection connection = postgres.dataSource().getConnection()) {
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(query(connection, PORT)).isEqualTo(port("main"));
        }
    }

    @Test
    void each_transaction_of_one_connection_is_routed_anew() throws Exception {
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO notes VALUES (1)");
            connection.commit();
            connection.setReadOnly(true);
            assertThat(query(connection, PORT)).isEqualTo(port("delivery"));
            connection.rollback();
            connection.setReadOnly(false);
            assertThat(query(connection, PORT)).isEqualTo(port("main"));
            connection.rollback();
        }
    }

    @Test
    void read_only_cannot_change_within_a_transaction() throws Exception {
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            assertThat(query(connection, PORT)).isEqualTo(port("main"));
            assertThatThrownBy(() -> connection.setReadOnly(true))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25001"));
        }
    }

    @Test
    void what_a_connection_is_told_before_its_first_statement_reaches_the_server() throws Exception {
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setSchema("pg_catalog");
            connection.setClientInfo("ApplicationName", "told");
            connection.setNetworkTimeout(Runnable::run, 12_000);
            connection.setAutoCommit(false);

            assertThat(query(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
            assertThat(query(connection, "SHOW search_path")).contains("pg_catalog");
            assertThat(query(connection, "SHOW application_name")).isEqualTo("told");
            assertThat(connection.getNetworkTimeout()).isEqualTo(12_000);
        }
        try (Connection connection = postgres.primary().getConnection()) {
            assertThat(query(connection, "SHOW transaction_isolation")).isEqualTo("read committed");
        }
    }

    @Test
    void a_connection_that_runs_no_statement_takes_none_of_any_pool() throws Exception {
        HikariDataSource pool = postgres.dataSource().unwrap(HikariDataSource.class);
        try (Connection connection = postgres.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(connection.getCatalog()).isEqualTo("app");
            connection.commit();
            connection.rollback();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @Test
    void connections_of_a_role_are_the_pools_own() throws Exception {
        try (Connection write = postgres.primary().getConnection();
                Connection read = postgres.replica().getConnection()) {
            assertThat(write.getClass().getName()).isEqualTo("com.zaxxer.hikari.pool.HikariProxyConnection");
            assertThat(read.getClass()).isEqualTo(write.getClass());
            assertThat(write.isReadOnly()).isFalse();
            assertThat(read.isReadOnly()).isTrue();
            assertThat(write.unwrap(PGConnection.class).getParameterStatus("in_hot_standby"))
                    .isEqualTo("off");
        }
    }

    @Test
    void closing_a_connection_twice_and_using_it_after_that_is_told() throws Exception {
        Connection connection = postgres.dataSource().getConnection();
        assertThat(query(connection, "SELECT 1")).isEqualTo("1");
        connection.close();
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThatThrownBy(connection::createStatement).hasMessageContaining("the connection is closed");
    }

    @Test
    void an_exhausted_pool_is_told_with_its_numbers() throws Exception {
        try (HaStack small = Stacks.ready(
                cluster, Map.of("ha.postgres.pool.max-size", "1", "ha.postgres.pool.connection-timeout", "2s"))) {
            HaPostgres own = small.get(HaPostgres.class);
            AtomicInteger timeouts = new AtomicInteger();
            AtomicInteger returns = new AtomicInteger();
            own.metrics((name, stats) -> new IMetricsTracker() {
                @Override
                public void recordConnectionTimeout() {
                    timeouts.incrementAndGet();
                }

                @Override
                public void recordConnectionUsageMillis(long elapsed) {
                    returns.incrementAndGet();
                }
            });
            try (Connection held = own.primary().getConnection()) {
                assertThat(held.isValid(1)).isTrue();
                assertThatThrownBy(() -> own.primary().getConnection())
                        .isInstanceOf(PostgresOverloadedException.class)
                        .hasMessageContaining("no free connection to main in time")
                        .hasMessageContaining("active=1");
            }
            assertThat(timeouts)
                    .as("what the caller waited for, not its slices")
                    .hasValue(1);
            assertThat(returns).hasValue(1);
        }
    }

    @Test
    void readers_that_are_all_exhausted_are_told_within_the_time_of_one() throws Exception {
        try (HaStack small = Stacks.ready(
                cluster, Map.of("ha.postgres.pool.max-size", "1", "ha.postgres.pool.connection-timeout", "2s"))) {
            DataSource reads = small.get(HaPostgres.class).replica();
            Set<String> lent = new HashSet<>();
            List<Connection> held = new ArrayList<>();
            try {
                Stacks.until("both replicas have lent what they have", () -> {
                    Connection connection = reads.getConnection();
                    held.add(connection);
                    lent.add(query(connection, PORT));
                    return lent.size() == 2;
                });
                assertThatThrownBy(reads::getConnection)
                        .isInstanceOf(PostgresOverloadedException.class)
                        .hasMessageContaining("no free connection to ");
            } finally {
                for (Connection connection : held) {
                    connection.close();
                }
            }
        }
    }

    @Test
    void a_pool_that_cannot_open_connections_is_told_with_the_reason_though_the_node_answers() throws Exception {
        Map<String, String> cold =
                Map.of("ha.postgres.pool.min-idle", "0", "ha.postgres.pool.connection-timeout", "2s");
        try (HaStack stack = Stacks.ready(cluster, cold)) {
            cluster.node("main").query("ALTER ROLE app NOLOGIN");
            try {
                assertThatThrownBy(() -> stack.get(HaPostgres.class).primary().getConnection())
                        .isInstanceOf(PostgresUnavailableException.class)
                        .hasMessageContaining("no connection to main could be opened in time")
                        .hasMessageContaining("not permitted to log in");
                assertThat(stack.health().stores().get(0).nodes())
                        .filteredOn(node -> node.node().equals("main"))
                        .allSatisfy(node -> assertThat(node.reason().orElse("")).contains("not permitted to log in"));
            } finally {
                cluster.node("main").query("ALTER ROLE app LOGIN");
            }
        }
    }

    @Test
    void a_stack_that_may_not_write_is_refused_before_anything_leaves_the_process() throws Exception {
        try (HaStack reading = Stacks.ready(
                cluster, Map.of("ha.stack", "delivery", "ha.stacks.delivery.postgres.writable", "false"))) {
            HaPostgres own = reading.get(HaPostgres.class);
            assertThatThrownBy(() -> own.primary().getConnection())
                    .isInstanceOf(PostgresNotWritableException.class)
                    .hasMessageContaining("ha.postgres.writable is false");
            assertThat(query(own.replica(), "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void a_user_whose_transactions_are_read_only_by_default_still_knows_the_primary() throws Exception {
        cluster.node("main").query("ALTER ROLE app SET default_transaction_read_only = on");
        try (HaStack reading = Stacks.ready(cluster, Map.of())) {
            assertThat(reading.get(HaPostgres.class).topology().primary().map(n -> n.node()))
                    .contains("main");
        } finally {
            cluster.node("main").query("ALTER ROLE app RESET default_transaction_read_only");
        }
    }

    @Test
    void a_server_that_its_operator_made_read_only_is_no_primary() throws Exception {
        cluster.node("main").query("ALTER SYSTEM SET default_transaction_read_only = on");
        cluster.node("main").query("SELECT pg_reload_conf()");
        try {
            Stacks.until(
                    "main takes no writes", () -> postgres.topology().primary().isEmpty());
        } finally {
            cluster.node("main").query("ALTER SYSTEM RESET default_transaction_read_only");
            cluster.node("main").query("SELECT pg_reload_conf()");
        }
        try (Connection connection = postgres.primary().getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO notes VALUES (7)")) {
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
    }
}
