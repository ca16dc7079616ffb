package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UnloggedPoolTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void starts_and_ends_without_a_line_in_the_log() {
        HikariDataSource pool = new UnloggedPool(config());
        assertThat(pool.isRunning()).isTrue();
        assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isZero();

        pool.close();
        pool.close();

        assertThat(pool.isRunning()).isFalse();
        assertThat(pool.isClosed()).isTrue();
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    @Test
    void that_is_closed_says_so_to_borrowers() {
        HikariDataSource pool = new UnloggedPool(config());
        pool.close();

        assertThatThrownBy(pool::getConnection)
                .isInstanceOf(SQLException.class)
                .hasMessage("ha-postgres-main has been closed");
    }

    /** Of a node that is down. */
    private static HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("ha-postgres-main");
        config.setInitializationFailTimeout(-1);
        config.setDataSource(new SourceDataSource(new ConnectionSource() {
            @Override
            public Connection get() throws SQLException {
                throw new SQLException("refused", "08001");
            }

            @Override
            public <T> T unwrap(Class<T> type) throws SQLException {
                throw new SQLException("not a wrapper for " + type.getName());
            }

            @Override
            public boolean isWrapperFor(Class<?> type) {
                return false;
            }
        }));
        return config;
    }
}
