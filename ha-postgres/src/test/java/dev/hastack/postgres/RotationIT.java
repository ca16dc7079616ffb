package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.Secret;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The password of a running service becomes another one. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class RotationIT {
    @TempDir
    Path folder;

    private final PostgresCluster cluster;

    RotationIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void create() throws Exception {
        superuser("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rotated') THEN"
                + " CREATE ROLE rotated LOGIN; END IF; END $$");
        become("one");
        Stacks.untilLevel(cluster);
    }

    private void superuser(String sql) throws SQLException {
        try (var connection = cluster.primary().superuser()) {
            Stacks.execute(connection, sql);
        }
    }

    private void become(String password) throws SQLException {
        superuser("ALTER ROLE rotated PASSWORD '" + password + "'");
    }

    /** As an operator would, who wants to be sure that nobody is left with the old one. */
    private void end() throws SQLException {
        for (var node : cluster.nodes()) {
            try (var connection = node.superuser()) {
                String unused = query(
                        connection,
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'rotated'");
            }
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put("ha.postgres.username", "rotated");
        settings.remove("ha.postgres.password");
        settings.put("ha.postgres.pool.max-size", "2");
        return settings;
    }

    @Test
    void a_running_pool_lives_through_it() throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "one\n");
        Map<String, String> settings = settings();
        settings.put("ha.postgres.password-file", file.toString());
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                    .as("%s", stack.health())
                    .isTrue();

            become("two");
            Stacks.untilLevel(cluster);
            end();
            until(
                    "the nodes refuse the old one",
                    () -> stack.health().toString().contains("password authentication failed"));
            Files.writeString(file, "two\n");

            until("both roles are served with the new one", () -> serves(postgres));
            until(
                    "all is well",
                    () -> Stacks.status(postgres, "main") == Status.PRIMARY
                            && Stacks.status(postgres, "delivery") == Status.REPLICA);
        }
    }

    private static boolean serves(HaPostgres postgres) {
        try {
            return query(postgres.primary(), "SELECT current_user").equals("rotated")
                    && query(postgres.replica(), "SELECT current_user").equals("rotated");
        } catch (SQLException e) {
            return false;
        }
    }

    @Test
    void a_server_that_refuses_is_asked_once_more_with_what_the_password_is_by_then() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        // Every other time it is late: what was shown is refused, and by then there is another one.
        Secret late = Secret.from(() -> asked.getAndIncrement() % 3 == 0 ? "not-yet" : "one");
        StackConfig config = StackConfig.of(settings());
        PostgresConfig p = config.postgres().orElseThrow();
        DriverConnectors connectors = new DriverConnectors(
                new PostgresConfig(
                        p.database(),
                        p.username(),
                        Optional.of(late),
                        p.nodes(),
                        p.identity(),
                        p.epochFile(),
                        p.reads(),
                        p.writes(),
                        p.writable(),
                        p.pool(),
                        p.connectTimeout(),
                        p.tls(),
                        p.properties()),
                "rotation");
        NodeSockets sockets = new NodeSockets("main");
        String key = NodeSocketFactory.register(sockets);
        try (var connection = sockets.connect(connectors.to("main", key, Map.of()), () -> {})) {
            assertThat(query(connection, "SELECT current_user")).isEqualTo("rotated");
            assertThat(asked).hasValue(3);
        } finally {
            NodeSocketFactory.unregister(key);
        }
    }
}
