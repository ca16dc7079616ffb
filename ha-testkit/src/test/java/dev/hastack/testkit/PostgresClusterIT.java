package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault and its healing, on one cluster of three. */
@Timeout(600)
class PostgresClusterIT {
    private static PostgresCluster cluster;
    private static PostgresNode main;
    private static PostgresNode standby;
    private static PostgresNode delivery;

    @BeforeAll
    static void start() throws SQLException {
        cluster = PostgresCluster.builder()
                .node("main")
                .node("standby")
                .node("delivery")
                .synchronous("standby")
                .start();
        main = cluster.node("main");
        standby = cluster.node("standby");
        delivery = cluster.node("delivery");
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept (id int PRIMARY KEY)");
            statement.execute("INSERT INTO kept VALUES (1)");
        }
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void heal() {
        cluster.heal();
    }

    @Test
    void listens_at_the_loopback_address_alone() {
        String unused = main.proxied().address();
        assertThat(ListeningSockets.addresses())
                .hasSizeGreaterThanOrEqualTo(cluster.nodes().size() + 1)
                .allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void streams_from_the_first_node_to_all_others() throws SQLException {
        assertThat(cluster.primary()).isSameAs(main);
        assertThat(main.query("SELECT string_agg(application_name || ' ' || state || ' ' || sync_state, ', '"
                        + " ORDER BY application_name) FROM pg_stat_replication"))
                .isEqualTo("delivery streaming async, standby streaming sync");
        assertThat(kept(delivery)).isEqualTo("1");
    }

    @Test
    void gives_the_application_a_role_without_superuser_and_a_password() throws SQLException {
        try (Connection connection = application(main);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getBoolean(1)).isFalse();
        }
        assertThatThrownBy(() -> DriverManager.getConnection(main.jdbcUrl(), "app", "wrong"))
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void names_its_nodes_in_the_keys_of_the_configuration() {
        assertThat(cluster.properties())
                .containsEntry("ha.postgres.database", "app")
                .containsEntry("ha.postgres.nodes.delivery.address", "127.0.0.1:" + delivery.port());
    }

    @Test
    void heals_in_milliseconds_when_nothing_is_broken() {
        cluster.heal();
        // On a busy machine not each time; what waits for something, or starts it, never takes so little.
        Await.until(
                () -> "a quick look that finds nothing to heal",
                Duration.ofSeconds(60),
                () -> {
                    long begin = System.nanoTime();
                    cluster.heal();
                    return System.nanoTime() - begin < Duration.ofMillis(100).toNanos();
                },
                () -> "");
    }

    @Test
    void kills_every_process_of_a_node_at_once() throws SQLException {
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            main.kill();
            assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> application(main)).hasMessageContaining("refused");
        assertThat(standby.isRunning()).isTrue();

        cluster.heal();
        assertThat(cluster.primary()).isSameAs(main);
        assertThat(kept(standby)).isEqualTo("1");
    }

    @Test
    void hangs_backends_and_lets_them_go_on() throws SQLException {
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            main.hang();
            connection.setNetworkTimeout(Runnable::run, 200);
            assertThatThrownBy(() -> statement.execute("SELECT 1")).hasStackTraceContaining("SocketTimeoutException");
            assertThatThrownBy(() -> main.query("SELECT 1")).hasMessageContaining("main is hung");
        }
        main.resume();
        assertThat(main.isPrimary()).isTrue();
    }

    @Test
    void promotes_a_standby_while_the_primary_hangs_and_heals_the_stale_primary() throws SQLException {
        main.hang();
        standby.promote();
        try (Connection connection = application(standby);
                var statement = connection.createStatement()) {
            statement.execute("INSERT INTO kept VALUES (2)");
        }
        delivery.follow(standby);
        assertThat(cluster.primary()).isSameAs(standby);
        main.resume();
        assertThat(main.isPrimary()).as("two primaries").isTrue();
        assertThat(cluster.primary()).as("the newer one").isSameAs(standby);

        cluster.heal();
        assertThat(cluster.primary()).isSameAs(main);
        assertThat(List.of(standby.isPrimary(), delivery.isPrimary())).containsOnly(false);
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM kept WHERE id = 2"))
                    .as("rows written after the promotion")
                    .isEqualTo(1);
        }
    }

    @Test
    void commits_without_its_standby_if_told_so_while_it_hung() throws SQLException {
        main.hang();
        standby.hang();
        main.commitAlone();
        main.resume();
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            // Until the server has read it, a commit waits; then that one is let go as well.
            statement.execute("CREATE TABLE alone ()");
            statement.execute("DROP TABLE alone");
        }

        cluster.heal();
        assertThat(main.query("SHOW synchronous_standby_names")).isEqualTo("FIRST 1 (\"standby\")");
        assertThat(main.query("SELECT sync_state FROM pg_stat_replication WHERE application_name = 'standby'"))
                .isEqualTo("sync");
    }

    @Test
    void rejoins_a_superseded_primary_as_a_standby() throws SQLException {
        main.kill();
        standby.promote();
        main.rejoin(standby);
        assertThat(main.isPrimary()).isFalse();
        assertThat(main.query("SELECT status FROM pg_stat_wal_receiver")).isEqualTo("streaming");
    }

    @Test
    void pauses_replay() throws SQLException {
        delivery.pauseReplay();
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            statement.execute("INSERT INTO kept VALUES (3)");
        }
        assertThat(kept(delivery)).isEqualTo("1");
        delivery.resumeReplay();
        cluster.heal();
        assertThat(kept(delivery)).isEqualTo("2");
        try (Connection connection = application(main);
                var statement = connection.createStatement()) {
            statement.execute("DELETE FROM kept WHERE id = 3");
        }
    }

    @Test
    void cuts_replication_and_heals_it() throws SQLException {
        delivery.cutReplication();
        assertThat(delivery.query("SELECT status FROM pg_stat_wal_receiver")).isNull();
        cluster.heal();
        assertThat(delivery.query("SELECT status FROM pg_stat_wal_receiver")).isEqualTo("streaming");
    }

    @Test
    void heals_a_cluster_of_which_everything_is_gone() {
        cluster.nodes().forEach(PostgresNode::kill);
        cluster.heal();
        assertThat(cluster.primary()).isSameAs(main);
    }

    @Test
    void heals_a_cluster_whose_promoted_node_died_too() throws SQLException {
        main.stop();
        standby.promote();
        standby.kill();
        cluster.heal();
        assertThat(cluster.primary()).isSameAs(main);
        assertThat(kept(delivery)).isEqualTo("1");
    }

    @Test
    void shows_the_log_of_a_node_that_does_not_start() {
        assertThatThrownBy(() -> PostgresCluster.builder()
                        .setting("shared_buffers", "nonsense")
                        .start())
                .hasMessageContaining("the cluster [main] did not start")
                .hasMessageContaining("invalid value for parameter \"shared_buffers\": \"nonsense\"");
    }

    @Test
    void starts_standbys_with_less_of_everything_than_is_the_default() throws SQLException {
        try (PostgresCluster small = PostgresCluster.builder()
                .node("main")
                .node("standby")
                .setting("max_connections", "20")
                .setting("max_worker_processes", "4")
                .setting("max_wal_senders", "5")
                .setting("max_locks_per_transaction", "32")
                .start()) {
            assertThat(small.node("standby").query("SHOW max_connections")).isEqualTo("20");
            small.node("standby").promote();
            small.node("main").rejoin(small.node("standby"));
            assertThat(small.node("main").isPrimary()).isFalse();
        }
    }

    @Test
    void a_role_that_may_log_in_over_tls_only_does_so_by_the_properties_of_its_cluster() throws SQLException {
        try (PostgresCluster encrypted = PostgresCluster.builder().tls().start()) {
            String url = encrypted.node("main").jdbcUrl();
            assertThatThrownBy(() -> DriverManager.getConnection(url + "?sslmode=disable", "app", "app"))
                    .hasMessageContaining("pg_hba.conf rejects connection");

            var properties = new Properties();
            assertThat(encrypted.properties()).containsEntry("ha.postgres.tls.enabled", "true");
            properties.setProperty("sslmode", "verify-full");
            properties.setProperty(
                    "sslrootcert", encrypted.properties().getOrDefault("ha.postgres.tls.trust-certificates", ""));
            properties.setProperty("user", "app");
            properties.setProperty("password", "app");
            try (Connection connection = DriverManager.getConnection(url, properties);
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl")) {
                assertThat(rows.next()).as("encrypted").isTrue();
            }
        }
    }

    private static Connection application(PostgresNode node) throws SQLException {
        return DriverManager.getConnection(node.jdbcUrl(), "app", "app");
    }

    private static String kept(PostgresNode node) throws SQLException {
        try (Connection connection = application(node);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM kept")) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
