package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.slf4j.LoggerFactory;

/** Sessions that say that their server is a standby, though it is none. */
class RoleReportsTest {
    private final RoleReports reports = new RoleReports("main");

    @Test
    void a_contradiction_is_logged_once() {
        Logger logger = (Logger) LoggerFactory.getLogger(RoleReports.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            reports.contradicted();
            reports.contradicted();
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .startsWith("a session of main was told in_hot_standby=on")
                    .contains("main's role is taken from its probe alone from now on");
        });
    }

    @Test
    void sessions_are_believed_until_the_server_has_contradicted_one() throws Exception {
        StandbySessions sessions = new StandbySessions(reports);
        sessions.opened(standbySession());
        sessions.opened(standbySession());
        assertThat(sessions.none()).isFalse();

        sessions.contradicted();

        assertThat(sessions.none()).isTrue();
        sessions.opened(standbySession());
        assertThat(sessions.none()).isTrue();
    }

    @Test
    void a_contradiction_is_remembered_for_the_nodes_next_pool_and_for_no_other_node() throws Exception {
        new StandbySessions(reports).contradicted();

        StandbySessions next = new StandbySessions(reports);
        next.opened(standbySession());
        assertThat(next.none()).isTrue();

        StandbySessions another = new StandbySessions(new RoleReports("standby"));
        another.opened(standbySession());
        assertThat(another.none()).isFalse();
    }

    private static Connection standbySession() {
        return (Connection) Proxy.newProxyInstance(
                RoleReportsTest.class.getClassLoader(),
                new Class<?>[] {Connection.class, PGConnection.class},
                (session, method, arguments) -> switch (method.getName()) {
                    case "getParameterStatus" -> "on";
                    case "isClosed" -> false;
                    case "hashCode" -> System.identityHashCode(session);
                    case "equals" -> session == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
