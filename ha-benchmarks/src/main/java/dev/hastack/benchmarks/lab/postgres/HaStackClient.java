package dev.hastack.benchmarks.lab.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.postgres.HaPostgres;
import java.sql.SQLException;
import java.time.Duration;

/** ha-stack as it comes. */
public record HaStackClient() implements Client<PostgresServers, Session> {

    @Override
    public String id() {
        return "ha-stack";
    }

    @Override
    public String configuration() {
        return "`primary()` and `replica()`, the three nodes, all settings left at their defaults"
                + " (`ha.postgres.reads.max-lag=2s` in replica-lagging)";
    }

    @Override
    public boolean peer() {
        return false;
    }

    @Override
    public Session open(PostgresServers servers) {
        return session(connect(servers));
    }

    /** A stack that is ready. */
    public static HaStack connect(PostgresServers servers) {
        HaStack stack = HaStack.open(StackConfig.of(servers.properties()));
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            // Said before it closes: after that it knows nothing.
            IllegalStateException notReady = new IllegalStateException("not ready: " + stack.health());
            stack.close();
            throw notReady;
        }
        return stack;
    }

    /** Closing it closes the stack. */
    public static Session session(HaStack stack) {
        HaPostgres postgres = stack.get(HaPostgres.class);
        return new SqlSession(
                postgres.primary(),
                postgres.replica(),
                failure -> Outcome.of(failure) == Outcome.UNKNOWN,
                () -> renew(postgres),
                () -> stack.close(Duration.ZERO));
    }

    private static void renew(HaPostgres postgres) {
        try {
            postgres.primary()
                    .unwrap(HikariDataSource.class)
                    .getHikariPoolMXBean()
                    .softEvictConnections();
        } catch (SQLException e) {
            throw new IllegalStateException("there is no primary whose connections could be renewed", e);
        }
    }
}
