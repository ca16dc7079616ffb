package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Promotes a standby and observes, on a connection of its own, when it is done. */
final class Promotion {
    private Promotion() {}

    /**
     * Returns when the server has said that it is no longer in recovery and has taken a write.
     *
     * <p>{@code pg_promote(true)} would tell up to 100 ms late, since it sleeps between looks. So the server is asked as
     * fast as it answers, and what counts is when the last answer came that it was in recovery still: the earliest moment
     * that can be the true one, which is later by less than the time of one answer.
     *
     * @return the moment as {@link System#nanoTime()}
     */
    static long of(PostgresNode standby) throws Exception {
        try (Connection connection = standby.superuser();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Void> promoted = CompletableFuture.runAsync(standby::promote);
            long writable = System.nanoTime();
            while (inRecovery(statement)) {
                writable = System.nanoTime();
                if (promoted.isCompletedExceptionally()) {
                    break;
                }
            }
            statement.execute("CREATE TEMPORARY TABLE proof AS SELECT pg_current_xact_id()");
            promoted.get(30, TimeUnit.SECONDS);
            return writable;
        }
    }

    private static boolean inRecovery(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_is_in_recovery()")) {
            return row.next() && row.getBoolean(1);
        }
    }
}
