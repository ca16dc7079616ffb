package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

@HaStackTest(postgres = @Postgres(nodes = "main"))
class IdleDeathIT {
    private static final String SESSION = "SELECT pg_backend_pid()";

    private final PostgresCluster cluster;

    IdleDeathIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void idle_connections_that_have_ended_fail_nobody_and_give_no_advice() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        settings.put("ha.postgres.pool.max-size", "6");
        Logger hikari = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari.pool.PoolBase");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        hikari.addAppender(lines);
        hikari.setLevel(Level.WARN);
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = pool(postgres);
            until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == 6);
            long filled = System.nanoTime();
            until(
                    "they are idle for longer than HikariCP trusts them",
                    () -> System.nanoTime() - filled > 700_000_000L);
            // By a reset: an administrator's end is announced, and the driver only then finds its connection closed.
            cluster.node("main").proxied().reset();
            for (int i = 0; i < 20; i++) {
                assertThat(query(postgres.primary(), "SELECT 1")).isEqualTo("1");
            }
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .isEmpty();
        } finally {
            hikari.setLevel(null);
            hikari.detachAppender(lines);
        }
    }

    @ParameterizedTest
    @EnumSource(Death.class)
    void connections_in_use_that_have_ended_are_lent_no_more_and_nobody_is_warned_of_each(Death death)
            throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        settings.put("ha.postgres.pool.max-size", "6");
        Logger hikari = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        hikari.addAppender(lines);
        hikari.setLevel(Level.WARN);
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = pool(postgres);
            until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == 6);
            List<Connection> used = new ArrayList<>();
            Set<String> sessions = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                Connection connection = postgres.primary().getConnection();
                connection.setAutoCommit(i % 2 == 0);
                sessions.add(query(connection, SESSION));
                used.add(connection);
            }
            if (death == Death.RESET) {
                cluster.node("main").proxied().reset();
            } else {
                for (String session : sessions) {
                    cluster.node("main").query("SELECT pg_terminate_backend(" + session + ")");
                }
            }
            for (Connection connection : used) {
                assertThatThrownBy(() -> query(connection, SESSION)).isInstanceOf(SQLException.class);
                assertThatThrownBy(() -> query(connection, SESSION)).isInstanceOf(SQLException.class);
                assertThat(connection.isValid(1)).isFalse();
                // Whatever there is to be rolled back is gone.
                connection.close();
            }
            // Another one, if the node's probe could not connect again at once either.
            until("the pool is filled again", () -> {
                // Waits until there is a primary again.
                assertThat(query(postgres.primary(), "SELECT 1")).isEqualTo("1");
                return pool(postgres).getHikariPoolMXBean().getIdleConnections() == 6;
            });
            for (int i = 0; i < 20; i++) {
                assertThat(query(postgres.primary(), SESSION)).isNotIn(sessions);
            }
            assertThat(pool(postgres).getHikariPoolMXBean().getActiveConnections())
                    .isZero();
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .isEmpty();
        } finally {
            hikari.setLevel(null);
            hikari.detachAppender(lines);
        }
    }

    private static HikariDataSource pool(HaPostgres postgres) throws SQLException {
        return postgres.primary().unwrap(HikariDataSource.class);
    }

    /** How connections end: with no word, or with one of the server's. */
    enum Death {
        RESET,
        TERMINATED
    }
}
