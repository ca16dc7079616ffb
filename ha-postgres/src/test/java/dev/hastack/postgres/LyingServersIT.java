package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.Lie;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.RepeatedCalls;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All servers say something else than they should, or nothing at all: no caller is stuck, and each is served once they are honest. */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class LyingServersIT {
    /** Four times what it takes; a caller that is stuck waits for 30 s, or for ever. */
    private static final Duration AT_MOST = Duration.ofSeconds(20);

    private final PostgresCluster cluster;

    LyingServersIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private static Stream<Lie> lies() {
        return Stream.concat(
                Lie.ofNoProtocol().stream(),
                Stream.of(
                        Lie.OF_HTTP,
                        Lie.OF_REDIS,
                        new Lie("half a row", "T\0\0\0\u001e\0\u0001?column?\0\0\0", Lie.Then.SILENCE),
                        new Lie("half a row and the end", "T\0\0\0\u001e\0\u0001?column?\0\0\0", Lie.Then.END),
                        new Lie(
                                "a length beyond all",
                                "D\u007f\u00ff\u00ff\u00ff\0\u0001\u007f\u00ff\u00ff\u00f0",
                                Lie.Then.SILENCE)));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void leave_no_caller_waiting(Lie lie) throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        settings.put("ha.postgres.writes.wait", "500ms");
        settings.put("ha.postgres.reads.wait", "500ms");
        settings.put("ha.postgres.connect-timeout", "500ms");
        settings.put("ha.probe.timeout", "300ms");
        HaStack stack = Stacks.ready(cluster, settings);
        HaPostgres postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        try (RepeatedCalls calls = new RepeatedCalls(calls(postgres))) {
            calls.awaitSuccesses(5);

            cluster.nodes().forEach(node -> node.proxied().lie(lie));

            calls.awaitFailures(3);
            for (PostgresNode node : cluster.nodes()) {
                until(
                        node.id() + " is told as one that does not serve",
                        () -> Stacks.health(stack, node.id()).health() == Health.DOWN);
            }
            cluster.nodes().forEach(node -> node.proxied().heal());
            calls.awaitSuccesses(5);
            assertThat(calls.longest()).isLessThan(AT_MOST);
            assertThat(calls.failures()).allSatisfy(e -> assertThat(e).isInstanceOf(SQLException.class));
        } finally {
            cluster.nodes().forEach(node -> node.proxied().heal());
            stack.close(Duration.ZERO);
        }
    }

    private static Map<String, Callable<?>> calls(HaPostgres postgres) {
        AtomicInteger ids = new AtomicInteger();
        return Map.of(
                "write",
                () -> execute(postgres.primary(), "INSERT INTO notes VALUES (" + ids.incrementAndGet() + ")"),
                "read of a replica",
                () -> query(postgres.replica(), "SELECT 1"),
                "read of any",
                () -> query(postgres.dataSource(), "SELECT 1"),
                "transaction",
                () -> inATransaction(postgres));
    }

    private static String inATransaction(HaPostgres postgres) throws SQLException {
        try (Connection connection = postgres.primary().getConnection()) {
            connection.setAutoCommit(false);
            query(connection, "SELECT 1");
            String answer = query(connection, "SELECT 2");
            connection.commit();
            return answer;
        }
    }
}
