package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A network, or a machine, on which each answer takes longer than HikariCP would wait to validate a connection. */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = {"main"}))
class SlowAnswersIT {
    private static final Duration DELAY = Duration.ofMillis(200);
    /** After half a second without use HikariCP validates a connection before it lends it. */
    private static final long IDLE = TimeUnit.MILLISECONDS.toNanos(600);

    private static final String SESSION = "SELECT pg_backend_pid()";

    private final PostgresCluster cluster;

    SlowAnswersIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void connections_are_kept_however_long_all_answers_take() throws Exception {
        FaultProxy proxy = cluster.node("main").proxied();
        try (HaStack stack = Stacks.ready(
                cluster,
                Stacks.with(
                        cluster.proxiedProperties(),
                        Map.of(
                                "ha.postgres.pool.max-size", "2",
                                // A pool is made anew for a node that was taken for hung.
                                "ha.probe.interval", "5s",
                                "ha.probe.timeout", "4s")))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
            until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == 2);
            Set<String> before = both(postgres);
            proxy.delay(DELAY);
            until(
                    "it is known how long answers take",
                    () -> postgres.topology()
                            .node("main")
                            .map(NodeView::rtt)
                            .filter(rtt -> rtt.compareTo(DELAY) > 0)
                            .isPresent());

            for (int i = 0; i < 3; i++) {
                LockSupport.parkNanos(IDLE);
                assertThat(both(postgres)).isEqualTo(before);
            }
        } finally {
            proxy.heal();
        }
    }

    /** As where connections of callers go another way than the probe's, and each new one, too. */
    @Test
    void connections_are_kept_though_the_probe_is_answered_at_once_and_callers_are_not() throws Exception {
        FaultProxy proxy = cluster.node("main").proxied();
        try (HaStack stack = Stacks.ready(
                cluster, Stacks.with(cluster.proxiedProperties(), Map.of("ha.postgres.pool.max-size", "6")))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
            until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == 6);
            Set<String> before = lent(postgres, 6);
            assertThat(proxy.spare(flow -> !before.contains(Integer.toString(flow.portAtServer()))))
                    .isPositive();
            proxy.delay(Duration.ofMillis(300));
            LockSupport.parkNanos(IDLE);

            // Two show that it is not they who are slow.
            assertThat(lent(postgres, 4)).filteredOn(before::contains).hasSizeGreaterThanOrEqualTo(3);
        } finally {
            proxy.heal();
        }
    }

    /** By their ports, as the server sees them, of so many connections that are lent at a time. */
    private static Set<String> lent(HaPostgres postgres, int many) throws SQLException {
        Set<String> ports = new HashSet<>();
        List<Connection> lent = new ArrayList<>();
        try {
            for (int i = 0; i < many; i++) {
                Connection connection = postgres.primary().getConnection();
                lent.add(connection);
                ports.add(query(connection, "SELECT inet_client_port()"));
            }
        } finally {
            for (Connection connection : lent) {
                connection.close();
            }
        }
        return ports;
    }

    /** HikariCP asks the first connection of a pool for more than any other, and gives it a quarter of a second. */
    @Test
    void a_pool_that_was_made_while_all_answers_are_slow_serves() throws Exception {
        FaultProxy proxy = cluster.node("main").proxied();
        proxy.delay(DELAY);
        try (HaStack stack = Stacks.ready(cluster, cluster.proxiedProperties())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            until("it serves while all is slow", () -> serves(postgres));
            proxy.heal();
            until("it serves when all is quick", () -> serves(postgres));
            try (Connection connection = postgres.primary().getConnection()) {
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            }
        } finally {
            proxy.heal();
        }
    }

    private static boolean serves(HaPostgres postgres) throws SQLException {
        try {
            return query(postgres.primary(), "SELECT 1").equals("1");
        } catch (SQLTransientConnectionException e) {
            return false;
        }
    }

    @Test
    void health_is_down_while_connections_take_longer_to_open_than_they_may() throws Exception {
        FaultProxy proxy = cluster.node("main").proxied();
        try (HaStack stack = Stacks.ready(
                cluster,
                Stacks.with(
                        cluster.proxiedProperties(),
                        Map.of(
                                "ha.postgres.pool.min-idle", "0",
                                "ha.postgres.connect-timeout", "2s",
                                "ha.postgres.pool.connection-timeout", "30s",
                                "ha.probe.interval", "5s",
                                "ha.probe.timeout", "4s")))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            proxy.delay(Duration.ofMillis(400));
            CompletableFuture<String> waiting = Stacks.inBackground(() -> query(postgres.primary(), "SELECT 1"));
            until("health is DOWN", () -> stack.health().health() == Health.DOWN);
            assertThat(Stacks.health(stack, "main").reason().orElse(""))
                    .contains("connections cannot be opened: one has been connecting for");
            assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo("1");
            assertThat(stack.health().health()).isNotEqualTo(Health.DOWN);
        } finally {
            proxy.heal();
        }
    }

    /** A login takes several times as long, and longer than the silence of all is put up with. */
    @Test
    void a_node_is_not_hung_since_all_answers_take_longer_than_its_probe_may() throws Exception {
        FaultProxy proxy = cluster.node("main").proxied();
        Duration timeout = Duration.ofMillis(500);
        Queue<TopologyEvent> events = new ConcurrentLinkedQueue<>();
        try (HaStack stack = Stacks.ready(
                cluster,
                Stacks.with(cluster.proxiedProperties(), Map.of("ha.probe.timeout", timeout.toMillis() + "ms")))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            assertThat(query(postgres.primary(), SESSION)).isNotEmpty();
            var unused = stack.subscribe(events::add);
            // Each way, so that an answer takes almost twice as long as a probe may.
            proxy.delay(Duration.ofMillis(450));
            Set<Instant> late = new HashSet<>();
            until("it has answered eight probes late", () -> {
                assertThat(events.stream().map(Object::toString))
                        .noneMatch(event -> event.contains("kind=" + Kind.HUNG));
                postgres.topology()
                        .node("main")
                        .filter(node -> node.rtt().compareTo(timeout) > 0)
                        .flatMap(NodeView::answeredAt)
                        .ifPresent(late::add);
                return late.size() >= 8;
            });
            assertThat(query(postgres.primary(), SESSION)).isNotEmpty();
        } finally {
            proxy.heal();
        }
    }

    @Test
    void a_borrower_that_asks_whether_its_connection_is_alive_keeps_its_own_limit() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, cluster.properties());
                Connection connection = stack.get(HaPostgres.class).primary().getConnection()) {
            assertThat(connection.isValid(60)).isTrue();
            assertThat(connection.getNetworkTimeout()).isZero();
        }
    }

    /** Which sessions the pool lends where it has to lend both. */
    private static Set<String> both(HaPostgres postgres) throws SQLException {
        try (Connection one = postgres.primary().getConnection();
                Connection other = postgres.primary().getConnection()) {
            return Set.of(query(one, SESSION), query(other, SESSION));
        }
    }
}
