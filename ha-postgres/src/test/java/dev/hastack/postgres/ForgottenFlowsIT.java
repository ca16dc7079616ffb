package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;

/** A firewall forgets connections: nobody is told, and what is sent on them is lost. */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class ForgottenFlowsIT {
    /** Without what is tested here it takes 30 s, or for ever. */
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    private static final int POOL = 6;

    private final PostgresCluster cluster;
    private final PostgresNode main;
    private final MachineClock clock = new MachineClock();
    private HaStack stack;
    private HaPostgres postgres;

    ForgottenFlowsIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.main = cluster.node("main");
    }

    @BeforeEach
    void open() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        settings.put("ha.postgres.pool.max-size", Integer.toString(POOL));
        stack = Stacks.ready(cluster, settings);
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        fill(postgres.primary());
        fill(postgres.replica());
    }

    /** What the server has says nothing: it keeps its ends of what was forgotten. */
    private static void fill(DataSource source) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            all.add(source.getConnection());
        }
        for (Connection connection : all) {
            connection.close();
        }
    }

    @AfterEach
    void close() {
        stack.close(Duration.ZERO);
        clock.close();
    }

    /** The ports at the server of the pool's connections: all but the probe's and the death watch's, which say what they are. */
    private static Set<Integer> poolsPorts(PostgresNode node) throws SQLException {
        return ports(node, query -> !query.startsWith("SELECT pg_is_in_recovery()"));
    }

    /** The ports at the server of sessions whose last statement is one of these; empty where there was none yet. */
    private static Set<Integer> ports(PostgresNode node, Predicate<String> queries) throws SQLException {
        Set<Integer> ports = new HashSet<>();
        try (Connection superuser = node.superuser();
                var statement = superuser.createStatement();
                var row = statement.executeQuery(
                        "SELECT client_port, query FROM pg_stat_activity WHERE usename = 'app' AND client_port > 0")) {
            while (row.next()) {
                if (queries.test(row.getString(2))) {
                    ports.add(row.getInt(1));
                }
            }
        }
        return ports;
    }

    /** Where callers have their connections from, and whose they are. */
    enum Source {
        PRIMARY("main", false),
        REPLICA("standby", true),
        DATA_SOURCE("main", false),
        READ_ONLY_DATA_SOURCE("standby", true);

        private final String node;
        private final boolean reads;

        Source(String node, boolean reads) {
            this.node = node;
            this.reads = reads;
        }

        private DataSource of(HaPostgres postgres) {
            return switch (this) {
                case PRIMARY -> postgres.primary();
                case REPLICA -> postgres.replica();
                case DATA_SOURCE, READ_ONLY_DATA_SOURCE -> postgres.dataSource();
            };
        }

        void call(HaPostgres postgres, long id) throws SQLException {
            try (Connection connection = of(postgres).getConnection()) {
                connection.setReadOnly(reads);
                execute(connection, reads ? "SELECT count(*) FROM notes" : "INSERT INTO notes VALUES (" + id + ")");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_caller_whose_connection_was_forgotten_fails_more_than_once_and_none_after_five_seconds(Source source)
            throws Exception {
        PostgresNode node = cluster.node(source.node);
        Map<String, Queue<Duration>> failures = new ConcurrentHashMap<>();
        Map<String, AtomicLong> successes = new ConcurrentHashMap<>();
        AtomicLong ids = new AtomicLong();
        Duration forgotten;
        try (Callers callers = new Callers("caller", 4, () -> {
            String thread = Thread.currentThread().getName();
            try {
                source.call(postgres, ids.getAndIncrement());
                successes.computeIfAbsent(thread, t -> new AtomicLong()).incrementAndGet();
            } catch (SQLException e) {
                failures.computeIfAbsent(thread, t -> new ConcurrentLinkedQueue<>())
                        .add(clock.now());
                throw e;
            }
        })) {
            until("all call", () -> successes.size() == 4);
            Set<Integer> ports = poolsPorts(node);
            forgotten = clock.now();
            assertThat(node.proxied().forget(flow -> ports.contains(flow.portAtServer())))
                    .isGreaterThanOrEqualTo(POOL);
            until("five seconds are over", () -> clock.since(forgotten).compareTo(AT_MOST) > 0);
            Map<String, Long> then = successes.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, e -> e.getValue().get()));
            until(
                    "all call again",
                    () -> successes.entrySet().stream()
                            .allMatch(e -> e.getValue().get() > then.getOrDefault(e.getKey(), 0L) + 20));
            assertThat(callers.failures())
                    .allSatisfy(e -> assertThat((Throwable) e).hasStackTraceContaining(node.id()));
        }
        assertThat(failures.values()).allSatisfy(of -> {
            assertThat(of).hasSizeLessThanOrEqualTo(1);
            assertThat(of).allSatisfy(at -> assertThat(at.minus(forgotten)).isLessThan(AT_MOST));
        });
    }

    @Test
    void the_kernel_asks_whether_the_other_side_of_a_pools_connection_is_still_there() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            Field stream = QueryExecutorBase.class.getDeclaredField("pgStream");
            stream.setAccessible(true);
            Object executor = connection.unwrap(PgConnection.class).getQueryExecutor();
            assertThat(((PGStream) stream.get(executor)).getSocket().getKeepAlive())
                    .isTrue();
        }
    }

    @Test
    void idle_connections_that_were_forgotten_fail_nobody() throws Exception {
        HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
        Set<Integer> ports = poolsPorts(main);
        assertThat(main.proxied().forget(flow -> ports.contains(flow.portAtServer())))
                .isGreaterThanOrEqualTo(POOL);
        long idleSince = System.nanoTime();
        until("they are idle for longer than HikariCP trusts them", () -> System.nanoTime() - idleSince > 700_000_000L);
        Duration began = clock.now();
        for (int i = 0; i < 20; i++) {
            assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (" + i + ")"))
                    .isEqualTo(1);
        }
        assertThat(clock.since(began)).isLessThan(AT_MOST);
        until("all are replaced", () -> {
            Set<Integer> now = poolsPorts(main);
            // The server still has its ends of those that were forgotten.
            now.removeAll(ports);
            return pool.getHikariPoolMXBean().getTotalConnections() == POOL && now.size() >= POOL;
        });
    }

    /**
     * The probe's connections are among them, and so may be the one by which it asks anew; but none that the server has not let in
     * yet, since a node that lets nobody in is one that hangs.
     */
    @Test
    void a_healthy_statement_outlives_flows_that_are_forgotten_again_and_again() throws Exception {
        Queue<TopologyEvent> events = new ConcurrentLinkedQueue<>();
        var unused = stack.subscribe(events::add);
        try (Connection sleeping = postgres.primary().getConnection()) {
            int spared = Integer.parseInt(Stacks.query(sleeping, "SELECT inet_client_port()"));
            CompletableFuture<String> slept =
                    Stacks.inBackground(() -> Stacks.query(sleeping, "SELECT 'done' FROM pg_sleep(12)"));
            int count = 0;
            for (int i = 0; i < 7; i++) {
                long forgotten = System.nanoTime();
                Set<Integer> ports = ports(main, query -> !query.isEmpty());
                ports.remove(spared);
                count += main.proxied().forget(flow -> ports.contains(flow.portAtServer()));
                until("the next time has come", () -> System.nanoTime() - forgotten > 1_200_000_000L);
            }
            assertThat(slept.get(1, TimeUnit.MINUTES)).isEqualTo("done");
            assertThat(count).as("flows that were forgotten").isGreaterThan(3);
        }
        assertThat(events.stream().map(Object::toString).filter(event -> event.contains("kind=HUNG")))
                .isEmpty();
    }

    /** As where a service takes a node out: what is established is dropped without a word, what is new is refused. */
    @Test
    void a_statement_at_a_node_that_refuses_new_connections_ends_as_unknown() throws Exception {
        CompletableFuture<String> waits =
                Stacks.inBackground(() -> Stacks.query(postgres.primary(), "SELECT 'never heard' FROM pg_sleep(20)"));
        until("it is under way", () -> sleeping("SELECT ''never"));

        main.proxied().refuse();
        assertThat(main.proxied().forget()).isPositive();
        Duration forgotten = clock.now();

        assertThat(failure(waits).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(clock.since(forgotten)).isLessThan(AT_MOST);
    }

    /** Of the answer, that is, the caller has read a part, and asks for nothing. */
    @Test
    void in_the_middle_of_an_answer_are_found_as_well() throws Exception {
        CompletableFuture<String> waits = Stacks.inBackground(() -> Stacks.query(
                postgres.primary(), "SELECT repeat('x', 200000) UNION ALL SELECT 'the rest' FROM pg_sleep(3)"));
        until("a part is on its way, and the rest is not", () -> sleeping("SELECT repeat"));
        Set<Integer> ports = ports(main, query -> query.startsWith("SELECT repeat"));

        assertThat(main.proxied().forget(flow -> ports.contains(flow.portAtServer())))
                .isEqualTo(1);
        Duration forgotten = clock.now();

        assertThat(failure(waits).node()).contains("main");
        assertThat(clock.since(forgotten)).isLessThan(AT_MOST);
    }

    private boolean sleeping(String query) throws SQLException {
        try (Connection superuser = main.superuser()) {
            return Stacks.query(
                            superuser,
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '"
                                    + query + "%'")
                    .equals("1");
        }
    }

    private static PostgresConnectionLostException failure(CompletableFuture<String> call) {
        Throwable failure = catchThrowable(() -> call.get(1, TimeUnit.MINUTES)).getCause();
        assertThat(failure).isInstanceOf(SQLException.class);
        return Objects.requireNonNull(
                PostgresConnectionLostException.in((SQLException) Objects.requireNonNull(failure)));
    }

    @Test
    void a_statement_that_takes_long_is_left_alone() throws Exception {
        assertThat(Stacks.query(postgres.primary(), "SELECT 'done' FROM pg_sleep(4)"))
                .isEqualTo("done");
    }
}
