package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.inBackground;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The primary answers whoever connects, and lets nobody in: what it has let in before serves on, and what has died there is found. */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class NotLetInIT {
    /** Without what is tested here it takes 30 s, or for ever. */
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    private static final int POOL = 4;

    private final PostgresCluster cluster;
    private final PostgresNode main;
    private final MachineClock clock = new MachineClock();

    NotLetInIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.main = cluster.node("main");
    }

    @AfterEach
    void close() {
        clock.close();
    }

    private HaStack open(Map<String, String> properties, int pool) throws Exception {
        HaStack stack = Stacks.ready(
                cluster, Stacks.with(properties, Map.of("ha.postgres.pool.max-size", String.valueOf(pool))));
        HaPostgres postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        HikariDataSource hikari = postgres.primary().unwrap(HikariDataSource.class);
        until("the pool is filled", () -> hikari.getHikariPoolMXBean().getTotalConnections() == pool);
        return stack;
    }

    /** Until the probe of the primary was refused, since its connection has ended. */
    private void endItsProbe(HaStack stack, Refusal refusal) throws Exception {
        until("its probe is not let in", () -> {
            String unused = main.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"
                    + " AND query LIKE 'SELECT pg_is_in_recovery()%'");
            return Stacks.health(stack, "main").reason().orElse("").contains(refusal.words());
        });
    }

    @ParameterizedTest
    @EnumSource
    void callers_are_freed_whose_connections_were_forgotten(Refusal refusal) throws Exception {
        try (HaStack stack = open(cluster.proxiedProperties(), POOL)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            List<Connection> held = new ArrayList<>();
            Set<Integer> ports = new HashSet<>();
            for (int i = 0; i < POOL; i++) {
                Connection connection = postgres.primary().getConnection();
                held.add(connection);
                ports.add(Integer.parseInt(query(connection, "SELECT inet_client_port()")));
            }
            refusal.begin(cluster);
            try {
                assertThat(main.proxied().forget(flow -> ports.contains(flow.portAtServer())))
                        .isEqualTo(POOL);
                Duration forgotten = clock.now();
                List<CompletableFuture<String>> waiting = new ArrayList<>();
                for (Connection connection : held) {
                    waiting.add(inBackground(() -> query(connection, "SELECT 'never heard'")));
                }

                for (CompletableFuture<String> call : waiting) {
                    assertThat(Stacks.lost(call))
                            .hasMessageContaining("a firewall or NAT between must have forgotten it");
                }
                assertThat(clock.since(forgotten)).isLessThan(AT_MOST);
            } finally {
                refusal.end(cluster);
                for (Connection connection : held) {
                    connection.close();
                }
            }
            until("it is written to again", () -> writes(postgres));
        }
    }

    private static boolean writes(HaPostgres postgres) {
        try {
            return execute(postgres.primary(), "INSERT INTO notes VALUES (4711)") == 1;
        } catch (SQLException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_statement_that_takes_long_is_left_alone_whether_or_not_the_probe_can_ask(Refusal refusal) throws Exception {
        try (HaStack stack = open(Map.of(), 2)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            refusal.begin(cluster);
            try {
                assertThat(query(postgres.primary(), "SELECT 'done' FROM pg_sleep(5)"))
                        .isEqualTo("done");
                CompletableFuture<String> sleeping =
                        inBackground(() -> query(postgres.primary(), "SELECT 'done' FROM pg_sleep(8)"));
                until(
                        "it is under way",
                        () -> "1"
                                .equals(main.query(
                                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")));
                endItsProbe(stack, refusal);
                assertThat(sleeping.get(1, TimeUnit.MINUTES)).isEqualTo("done");
            } finally {
                refusal.end(cluster);
            }
            until("it is written to again", () -> writes(postgres));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_primary_serves_on_whose_probe_alone_has_lost_its_connection(Refusal refusal) throws Exception {
        try (HaStack stack = open(Map.of(), 2)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            try (Writers writers = new Writers(postgres.primary(), 2, 1)) {
                refusal.begin(cluster);
                try {
                    endItsProbe(stack, refusal);
                    Duration denied = clock.now();
                    int before = writers.acknowledged().size();
                    until(
                            "it has been refused again, after a second and after two",
                            () -> clock.since(denied).compareTo(Duration.ofSeconds(4)) > 0);

                    assertThat(writers.acknowledged()).hasSizeGreaterThan(before + 20);
                    assertThat(Stacks.status(postgres, "main")).isEqualTo(Status.PRIMARY);
                    assertThat(Stacks.health(stack, "main").health()).isEqualTo(Health.DEGRADED);
                } finally {
                    refusal.end(cluster);
                }
                until("health is well again", () -> stack.health().health() == Health.UP);
                assertThat(writers.failures()).isEmpty();
            }
        }
    }
}
