package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The primary is gone, and nobody promotes for eight seconds: callers wait, and go on as soon as after a short outage. */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class LongOutageIT {
    private static final Duration OUTAGE = Duration.ofSeconds(8);
    /** Until then a node is asked every 20 ms in any case. */
    private static final Duration FIRST = Duration.ofMillis(1_500);

    private static final Duration URGENT = Duration.ofMillis(20);
    private static final Duration SLOWEST = Duration.ofMillis(250);
    private static final int CALLERS = 4;

    private final PostgresCluster cluster;
    private final PostgresNode standby;

    LongOutageIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.standby = cluster.node("standby");
    }

    @Test
    void the_standby_is_asked_every_20_ms_until_it_is_promoted_for_as_long_as_callers_wait() throws Exception {
        try (HaStack stack = Stacks.ready(
                        cluster, Map.of("ha.postgres.writes.wait", "2m", "ha.postgres.pool.max-size", "8"));
                MachineClock clock = new MachineClock();
                Answers answers = new Answers(stack.get(HaPostgres.class))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            Stacks.untilLevel(cluster);

            cluster.node("main").kill();
            until("main is seen down", () -> Stacks.status(postgres, "main") == Status.DOWN);
            ConcurrentLinkedQueue<Long> written = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<CompletableFuture<String>> callers = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < CALLERS; i++) {
                int id = i;
                callers.add(Stacks.inBackground(() -> {
                    try (Connection connection = postgres.primary().getConnection()) {
                        Stacks.execute(connection, "INSERT INTO notes VALUES (" + id + ")");
                        written.add(System.nanoTime());
                        return Stacks.query(connection, Stacks.PORT);
                    }
                }));
            }
            pass("the first second is over", clock, FIRST);
            answers.clear();
            Duration began = clock.now();
            pass("the outage has lasted", clock, OUTAGE.minus(FIRST));
            Duration lasted = clock.since(began);
            Map<Instant, Duration> asked = answers.so();

            assertThat(written).as("while there is no primary").isEmpty();
            // Each may rest for as long as the last answer makes it, on a machine that does so much in that time.
            Duration rests = asked.values().stream().map(LongOutageIT::rest).reduce(Duration.ZERO, Duration::plus);
            assertThat(rests.multipliedBy(2))
                    .as("the pauses after %d answers in %s, twice", asked.size(), lasted)
                    .isGreaterThan(lasted);

            long promoted = promote();
            for (CompletableFuture<String> caller : callers) {
                assertThat(caller.get(60, TimeUnit.SECONDS)).isEqualTo(Stacks.port(cluster, "standby"));
            }
            LoggerFactory.getLogger(LongOutageIT.class)
                    .info(
                            "{} probes in {} ms; first write {} ms after the promotion",
                            asked.size(),
                            lasted.toMillis(),
                            (written.element() - promoted) / 1e6);
        }
    }

    /** How long after it was asked a node is left alone, if its answer took so long. */
    private static Duration rest(Duration took) {
        Duration rest = took.multipliedBy(5);
        return rest.compareTo(URGENT) < 0 ? URGENT : rest.compareTo(SLOWEST) > 0 ? SLOWEST : rest;
    }

    /** Returns when the server last said that it was in recovery still, and lets nobody wait for the testkit's own look. */
    private long promote() throws Exception {
        try (Connection connection = standby.superuser()) {
            CompletableFuture<Void> promotion = CompletableFuture.runAsync(standby::promote);
            long promoted = System.nanoTime();
            while ("t".equals(Stacks.query(connection, "SELECT pg_is_in_recovery()"))) {
                promoted = System.nanoTime();
            }
            promotion.get(60, TimeUnit.SECONDS);
            return promoted;
        }
    }

    private static void pass(String what, MachineClock clock, Duration time) throws Exception {
        Duration began = clock.now();
        Stacks.until(what, () -> clock.since(began).compareTo(time) >= 0);
    }

    /** The standby's answers, by when it was asked, and how long each took; looked for far more often than there is one. */
    private static final class Answers implements AutoCloseable {
        private final HaPostgres postgres;
        private final Map<Instant, Duration> all = new ConcurrentSkipListMap<>();
        private volatile boolean stopped;

        Answers(HaPostgres postgres) {
            this.postgres = postgres;
            Thread thread = new Thread(this::look, "answers");
            thread.setDaemon(true);
            thread.start();
        }

        private void look() {
            while (!stopped) {
                postgres.topology().node("standby").ifPresent(this::note);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        }

        private void note(NodeView node) {
            node.answeredAt().ifPresent(at -> all.put(at, node.rtt()));
        }

        void clear() {
            all.clear();
        }

        Map<Instant, Duration> so() {
            return Map.copyOf(all);
        }

        @Override
        public void close() {
            stopped = true;
        }
    }
}
