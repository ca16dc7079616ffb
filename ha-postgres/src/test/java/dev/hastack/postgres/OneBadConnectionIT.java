package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.inBackground;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class OneBadConnectionIT {
    private static final int SESSIONS = 8;
    private static final String WAIT = "SELECT pg_backend_pid() FROM pg_advisory_xact_lock_shared(42)";

    private final PostgresNode main;
    private final PostgresCluster cluster;

    OneBadConnectionIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.main = cluster.node("main");
    }

    @Test
    void of_eight_busy_sessions_one_is_ended_and_its_caller_alone_gets_an_error() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", String.valueOf(SESSIONS)))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Set<String> before = sessions(postgres);
            AtomicInteger opened = new AtomicInteger();
            postgres.metrics((pool, stats) -> new IMetricsTracker() {
                @Override
                public void recordConnectionCreatedMillis(long elapsed) {
                    if (pool.equals("ha-postgres-main")) {
                        opened.incrementAndGet();
                    }
                }
            });
            String victim;
            Set<String> spared = new HashSet<>();
            try (Connection holder = main.superuser()) {
                assertThat(query(holder, "SELECT 'locked' FROM pg_advisory_lock(42)"))
                        .isEqualTo("locked");
                List<CompletableFuture<String>> callers = new ArrayList<>();
                for (int i = 0; i < SESSIONS; i++) {
                    callers.add(inBackground(() -> query(postgres.primary(), WAIT)));
                }
                until("all are busy", () -> waiting(holder).size() == SESSIONS);

                victim = waiting(holder).iterator().next();
                main.query("SELECT pg_terminate_backend(" + victim + ")");
                until("one has failed", () -> callers.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
                assertThat(query(holder, "SELECT pg_advisory_unlock(42)")).isEqualTo("t");

                for (CompletableFuture<String> caller : callers) {
                    if (caller.isCompletedExceptionally()) {
                        assertThatThrownBy(caller::get).cause().isInstanceOf(SQLException.class);
                    } else {
                        spared.add(caller.get(60, TimeUnit.SECONDS));
                    }
                }
            }
            assertThat(spared).hasSize(SESSIONS - 1).doesNotContain(victim);
            assertThat(postgres.topology().node("main").orElseThrow().generation())
                    .isZero();
            assertThat(postgres.topology().node("main").orElseThrow().falls()).isZero();

            Set<String> after = sessions(postgres);
            assertThat(before).contains(victim).containsAll(spared);
            assertThat(after).hasSize(SESSIONS).containsAll(spared).doesNotContain(victim);
            assertThat(opened).as("connections opened anew").hasValue(1);
        }
    }

    private static Set<String> waiting(Connection connection) throws SQLException {
        String pids = query(
                connection,
                "SELECT coalesce(string_agg(pid::text, ','), '') FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        return pids.isEmpty() ? Set.of() : Set.of(pids.split(","));
    }

    /** The pool's sessions, by borrowing all of them. */
    private static Set<String> sessions(HaPostgres postgres) throws SQLException {
        Set<String> pids = new HashSet<>();
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                Connection connection = postgres.primary().getConnection();
                all.add(connection);
                pids.add(query(connection, "SELECT pg_backend_pid()"));
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        return pids;
    }
}
