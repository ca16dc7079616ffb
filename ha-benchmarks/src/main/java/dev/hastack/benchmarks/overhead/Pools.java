package dev.hastack.benchmarks.overhead;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Events;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.postgres.StubbedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.postgresql.PGConnection;

/** The pools under comparison, alike in size and settings. Each is opened only for the benchmarks that take it. */
public final class Pools {
    private Pools() {}

    /** HikariCP as it is. */
    @State(Scope.Benchmark)
    public static class Bare {
        final HikariDataSource pool = Hikari.pool(Hikari.bare(), "main");

        @TearDown
        public void close() {
            pool.close();
        }
    }

    /** HikariCP with a metrics tracker. */
    @State(Scope.Benchmark)
    public static class Tracked {
        final HikariDataSource pool = Hikari.pool(Hikari.tracked(), "main");

        @TearDown
        public void close() {
            pool.close();
        }
    }

    /** ha-stack over a primary and some replicas. */
    public abstract static class Ha {
        final DataSource routed;
        final DataSource primary;
        final DataSource replica;
        private final Events events = new Events();
        private final HaPostgres postgres;

        Ha(String... replicas) {
            Map<String, String> settings = new HashMap<>(Map.of(
                    "ha.postgres.database", "cms",
                    "ha.postgres.username", "cms",
                    "ha.postgres.pool.max-size", Integer.toString(Hikari.SIZE),
                    "ha.postgres.nodes.main.address", "main"));
            for (String replica : replicas) {
                settings.put("ha.postgres.nodes." + replica + ".address", replica);
            }
            postgres = StubbedPostgres.open(
                    StackConfig.of(settings),
                    events,
                    (node, returned) -> Stubs.connection(!node.equals("main"), returned));
            routed = postgres.dataSource();
            primary = postgres.primary();
            replica = postgres.replica();
            awaitReady();
        }

        /** Ready comes a little before the replica's lag is known; until then reads fall back to the primary. */
        private void awaitReady() {
            try {
                if (!postgres.awaitReady(Duration.ofSeconds(10))) {
                    throw new IllegalStateException("not ready: " + postgres.health());
                }
                long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (!readsAreOnReplica()) {
                    if (System.nanoTime() - until > 0) {
                        throw new IllegalStateException("reads do not go to a replica: " + postgres.health());
                    }
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException("not ready", e);
            }
        }

        private boolean readsAreOnReplica() throws SQLException {
            try (Connection connection = replica.getConnection()) {
                return "on".equals(connection.unwrap(PGConnection.class).getParameterStatus("in_hot_standby"));
            }
        }

        @TearDown
        public void close() {
            boolean unused = postgres.close(Duration.ZERO);
            events.close();
        }
    }

    /** With nothing to choose for a read. */
    @State(Scope.Benchmark)
    public static class HaOne extends Ha {
        public HaOne() {
            super("replica");
        }
    }

    /** Where each read chooses the replica with fewer connections in use. */
    @State(Scope.Benchmark)
    public static class HaTwo extends Ha {
        public HaTwo() {
            super("replica-1", "replica-2");
        }
    }
}
