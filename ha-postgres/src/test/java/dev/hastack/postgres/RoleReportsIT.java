package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The sessions of a primary say that it is a standby, and its probe says that it is none. */
@HaStackTest(postgres = @Postgres(nodes = "main"))
class RoleReportsIT {
    private final PostgresCluster cluster;
    private final Logger reports = (Logger) LoggerFactory.getLogger(RoleReports.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    RoleReportsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void read() {
        lines.start();
        reports.addAppender(lines);
    }

    @AfterEach
    void close() {
        reports.detachAppender(lines);
    }

    @Test
    void one_round_trip_decides_for_all_sessions_of_a_node_those_that_come_later_included() throws Exception {
        try (StalePooler pooler = new StalePooler(cluster.node("main").port());
                HaStack stack = Stacks.ready(
                        cluster,
                        Map.of(
                                "ha.postgres.nodes.main.address", pooler.address(),
                                "ha.postgres.properties.sslmode", "disable",
                                "ha.postgres.pool.max-size", "4"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
            until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == 4);
            assertThat(pooler.questions()).as("before anybody writes").isZero();

            Stacks.createNotes(postgres);
            for (int i = 0; i < 20; i++) {
                assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (" + i + ")"))
                        .isEqualTo(1);
            }
            assertThat(pooler.questions()).isEqualTo(1);
            assertThat(lines.list)
                    .singleElement()
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .asString()
                    .contains("a session of main was told in_hot_standby=on");

            pooler.cut();
            until("main is written to by new connections", () -> writes(postgres));
            for (int i = 100; i < 120; i++) {
                assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (" + i + ")"))
                        .isEqualTo(1);
            }
            assertThat(pooler.questions()).as("by sessions of another pool").isEqualTo(1);
            assertThat(lines.list).hasSize(1);
            until("health says so", () -> Stacks.health(stack, "main").health() == Health.UP);
        }
    }

    private static boolean writes(HaPostgres postgres) {
        try {
            return execute(postgres.primary(), "INSERT INTO notes VALUES (99)") == 1;
        } catch (SQLException e) {
            // One of those that were cut.
            return false;
        }
    }
}
