package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.inBackground;
import static dev.hastack.postgres.Stacks.port;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import java.io.IOException;
import java.sql.Connection;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A primary hangs and another node is promoted: what holds over plain connections and over TLS. The deadlines of probes and of
 * connects are so far away that nothing here can be their work.
 */
abstract class HungPrimary {
    private static final Map<String, String> FAR_DEADLINES = Map.of(
            "ha.probe.interval", "5m",
            "ha.probe.timeout", "4m",
            "ha.postgres.reads.max-lag", "10m",
            "ha.postgres.connect-timeout", "4m",
            "ha.postgres.pool.connection-timeout", "4m",
            "ha.postgres.pool.max-size", "4");

    private final PostgresCluster cluster;

    HungPrimary(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private HaStack open(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(FAR_DEADLINES);
        all.putAll(settings);
        HaStack stack = Stacks.ready(cluster, all);
        HaPostgres postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        // After a change all nodes are probed in haste for a second, which would find everything by itself.
        until(
                "it is calm",
                () -> postgres.topology().nodes().values().stream()
                        .allMatch(node -> node.since().isBefore(Instant.now().minusMillis(1_200))));
        return stack;
    }

    @Test
    void is_left_once_a_newer_one_is_there_long_before_any_deadline() throws Exception {
        try (HaStack stack = open(Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Connection returns = postgres.primary().getConnection();
            try (Connection waits = postgres.primary().getConnection()) {
                cluster.node("main").hang();
                CompletableFuture<String> stuck = inBackground(() -> query(waits, "SELECT 'answered by main'"));
                cluster.node("standby").promote();
                // One comes back and another does not: that begins a stall.
                returns.close();

                assertThatThrownBy(() -> stuck.get(60, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
            }
            execute(postgres.primary(), "INSERT INTO notes VALUES (1)");
            assertThat(query(postgres.primary(), Stacks.PORT)).isEqualTo(port(cluster, "standby"));
            assertThat(status(postgres, "main")).isEqualTo(Status.FENCED);
        }
    }

    @Test
    void is_left_by_callers_whose_connection_is_still_being_opened() throws Exception {
        try (HaStack stack = open(Map.of("ha.postgres.pool.min-idle", "0"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
            pool.getHikariPoolMXBean().softEvictConnections();
            until("main has no connection", () -> pool.getHikariPoolMXBean().getTotalConnections() == 0);
            cluster.node("main").hang();
            cluster.node("standby").promote();
            assertThat(status(postgres, "main")).as("nobody has looked").isEqualTo(Status.PRIMARY);

            CompletableFuture<String> waits = inBackground(() -> query(postgres.primary(), Stacks.PORT));

            assertThat(waits.get(60, TimeUnit.SECONDS)).isEqualTo(port(cluster, "standby"));
            assertThat(status(postgres, "main")).isEqualTo(Status.FENCED);
            until(
                    "the pool of main has ended, its connect included",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().startsWith("ha-postgres-main-pool")
                                    || thread.getName().startsWith("ha-postgres-main-retire")));
        }
    }
}
