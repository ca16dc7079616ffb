package dev.hastack.examples.service;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two tables: drafts, and what is published of them. */
final class Schema {

    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    /** Any number that no other program takes; servers that start together queue up behind it. */
    private static final long MIGRATION_LOCK = 0x68617374636d73L;

    private static final String COLUMNS = """
            (
                publication text   NOT NULL,
                id          text   NOT NULL,
                version     bigint NOT NULL,
                title       text   NOT NULL,
                body        text   NOT NULL,
                links       text[] NOT NULL,
                PRIMARY KEY (publication, id)
            )""";

    private Schema() {}

    /** Creates what is not there, once, however many servers start together. */
    static void create(DataSource primary) throws SQLException {
        try (Connection connection = primary.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_advisory_xact_lock(" + MIGRATION_LOCK + ")");
                statement.execute("CREATE TABLE IF NOT EXISTS " + ArticleTable.DRAFT + " " + COLUMNS);
                statement.execute("CREATE TABLE IF NOT EXISTS " + ArticleTable.PUBLISHED + " " + COLUMNS);
                connection.commit();
            } finally {
                connection.setAutoCommit(true); // rolls back what did not commit
            }
        }
    }

    /** Whether this says that the tables are not there yet: undefined table, in PostgreSQL's own code. */
    static boolean isMissing(Exception e) {
        return e instanceof SQLException sql && "42P01".equals(sql.getSQLState());
    }

    /** Creates it in the background as soon as there is a primary, so that a server starts without one. */
    static void createWhenPossible(DataSource primary) {
        Thread thread = new Thread(() -> keepTrying(primary), "schema");
        thread.setDaemon(true);
        thread.start();
    }

    private static void keepTrying(DataSource primary) {
        try {
            while (true) {
                try {
                    create(primary);
                    LOG.info("the schema is there");
                    return;
                } catch (SQLException e) {
                    LOG.warn("the schema could not be created, trying again: {}", e.getMessage());
                    Thread.sleep(BETWEEN_ATTEMPTS.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
