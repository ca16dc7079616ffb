package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.PORT;
import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.health;
import static dev.hastack.postgres.Stacks.port;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.topology.Change;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How old the data of a replica is, and that reads do not go where it is too old. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class LagIT {
    private static final Duration LIMIT = Duration.ofMillis(2_500);
    /** Between two probes of a node. */
    private static final Duration INTERVAL = LIMIT.dividedBy(5);

    private static final Duration GIVE_UP = Duration.ofMinutes(2);

    private final PostgresCluster cluster;
    private final PostgresNode delivery;
    private HaStack stack;
    private HaPostgres postgres;

    LagIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.delivery = cluster.node("delivery");
    }

    @BeforeEach
    void open() throws Exception {
        stack = Stacks.ready(cluster, settings());
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        until(
                "reads go to the own replica",
                () -> query(postgres.replica(), PORT).equals(port(cluster, "delivery")));
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("ha.stack", "delivery");
        settings.put("ha.postgres.nodes.delivery.stack", "delivery");
        settings.put("ha.postgres.reads.max-lag", LIMIT.toMillis() + "ms");
        settings.put("ha.postgres.pool.max-size", "4");
        return settings;
    }

    @AfterEach
    void close() {
        stack.close(Duration.ZERO);
    }

    @Test
    void on_an_idle_primary_the_lag_does_not_grow() throws Exception {
        Instant idleSince = Instant.now();
        until(
                "nothing was written for twice the limit",
                () -> idleSince.plus(LIMIT.multipliedBy(2)).isBefore(Instant.now()));

        until("the lag is small", () -> lagIsWithinLimit("delivery") && lagIsWithinLimit("standby"));
        until(
                "reads go to the own replica",
                () -> query(postgres.replica(), PORT).equals(port(cluster, "delivery")));
    }

    private boolean lagIsWithinLimit(String node) {
        return health(stack, node).lag().filter(lag -> lag.compareTo(LIMIT) < 0).isPresent();
    }

    @Test
    void reads_leave_a_replica_whose_replay_is_paused_and_come_back_when_it_has_caught_up() throws Exception {
        delivery.pauseReplay();
        execute(postgres.primary(), "INSERT INTO notes VALUES (1)");
        untilReadsGoElsewhere();

        delivery.resumeReplay();
        until(
                "it has caught up",
                () -> query(postgres.replica(), PORT + " + 0 * (SELECT id FROM notes)")
                        .equals(port(cluster, "delivery")));
    }

    @Test
    void reads_leave_a_replica_whose_stream_is_cut_and_come_back_when_it_has_caught_up() throws Exception {
        delivery.cutReplication();
        execute(postgres.primary(), "INSERT INTO notes VALUES (1)");
        untilReadsGoElsewhere();

        delivery.follow(cluster.node("main"));
        until(
                "it has caught up",
                () -> query(postgres.replica(), PORT + " + 0 * (SELECT id FROM notes)")
                        .equals(port(cluster, "delivery")));
    }

    /** The limit is of when reads begin, whatever the machine does; that it is told in time is of a machine that does something. */
    @Test
    void no_read_begins_at_a_replica_that_lags_by_more_than_the_limit_and_an_interval_later_that_is_told()
            throws Exception {
        AtomicReference<@Nullable Duration> told = new AtomicReference<>();
        try (MachineClock clock = new MachineClock()) {
            Events.Subscription unused = stack.subscribe(event -> {
                if (event.change() instanceof Change.ReplicaLate late
                        && late.node().equals("delivery")) {
                    told.compareAndSet(null, clock.now());
                }
            });
            delivery.pauseReplay();
            execute(postgres.primary(), "INSERT INTO notes VALUES (1)");
            long written = System.nanoTime();
            Duration lagsSince = clock.now();

            int elsewhere = 0;
            while (elsewhere < 100 || told.get() == null) {
                long lag = System.nanoTime() - written;
                String port = query(postgres.replica(), PORT);
                if (lag > LIMIT.toNanos()) {
                    assertThat(port)
                            .as("where a read began with a lag of %d ms", lag / 1_000_000)
                            .isNotEqualTo(port(cluster, "delivery"));
                    elsewhere++;
                }
                assertThat(lag).as("the lag that nobody told of").isLessThan(GIVE_UP.toNanos());
            }
            assertThat(Objects.requireNonNull(told.get()).minus(lagsSince))
                    .isLessThan(LIMIT.plusSeconds(1).plus(INTERVAL));
        }
    }

    private void untilReadsGoElsewhere() throws Exception {
        until("delivery lags", () -> health(stack, "delivery").health() == Health.DEGRADED);
        assertThat(health(stack, "delivery").reason())
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("gets no reads"));
        until(
                "reads go to the other replica",
                () -> query(postgres.replica(), PORT).equals(port(cluster, "standby")));
        // It only grows.
        for (int i = 0; i < 20; i++) {
            assertThat(query(postgres.replica(), PORT)).isNotEqualTo(port(cluster, "delivery"));
        }
    }

    @Test
    void where_reads_must_not_go_to_the_primary_an_error_tells_the_lag() throws Exception {
        Map<String, String> strict = settings();
        strict.put("ha.postgres.reads.fallback", "none");
        strict.put("ha.postgres.reads.wait", "200ms");
        try (HaStack own = Stacks.ready(cluster, strict)) {
            delivery.pauseReplay();
            cluster.node("standby").pauseReplay();
            execute(postgres.primary(), "INSERT INTO notes VALUES (1)");
            DataSource reads = own.get(HaPostgres.class).replica();

            assertThatThrownBy(() -> until(
                            "reads are refused", () -> query(reads, "SELECT 1").isEmpty()))
                    .isInstanceOf(PostgresNoReplicaException.class)
                    .hasMessageContaining("max-lag=2500ms")
                    .hasMessageMatching("(?s).*delivery REPLICA lag<=[1-9].*");
        }
    }
}
