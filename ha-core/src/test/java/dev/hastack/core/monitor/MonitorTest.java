package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Drives the monitor's threads on time that the test advances: nothing here waits for a clock. One class, though a long
 * one, since all of it needs the same monitor, cluster and clock.
 */
class MonitorTest {
    private final ManualTime time = new ManualTime();
    private final FakeCluster cluster = new FakeCluster();
    private final Events events = new Events();
    private final List<String> changes = new CopyOnWriteArrayList<>();
    private final Monitor monitor = new Monitor(
            new Monitor.Settings(
                    "fake",
                    Set.of("a", "b"),
                    Optional.empty(),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(500),
                    Optional.empty()),
            cluster,
            events,
            time);

    @AfterEach
    void close() {
        monitor.close();
        events.close();
    }

    private void startWithPrimaryA() {
        events.subscribe(event -> changes.add(name(event.change())));
        cluster.primary("a", 1);
        cluster.replica("b", 1);
        monitor.start();
        until(() -> status("a") == Status.PRIMARY && status("b") == Status.REPLICA);
    }

    /** Lets the urgency after the first changes pass. */
    private void calmDown() {
        for (int i = 0; i < 15; i++) {
            pass(Duration.ofMillis(100));
        }
    }

    @Test
    void probes_every_node_once_per_interval_in_calm_times() {
        startWithPrimaryA();
        calmDown();
        int before = cluster.probes("b");

        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(100));
        }

        // Ten seconds at 0.9 to 1.1 s, looked at in steps of 100 ms.
        assertThat(cluster.probes("b") - before).isBetween(8, 12);
    }

    @Test
    void follows_a_failover_without_waiting_in_real_time() throws Exception {
        startWithPrimaryA();
        calmDown();

        cluster.refuses("a");
        monitor.report("a", 0, Kind.NETWORK, new IOException("EOF"));
        assertThat(monitor.snapshot().node("a").filter(NodeView::open))
                .as("the gate is closed when the report returns")
                .isEmpty();
        // Published first, retired after that.
        until(() -> status("a") == Status.DOWN && !cluster.retired.isEmpty());
        assertThat(cluster.retired).containsExactly("a#0");

        CompletableFuture<Optional<String>> writer = CompletableFuture.supplyAsync(() -> awaitPrimary());
        pass(Duration.ofMillis(20));
        cluster.primary("b", 2);
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return writer.isDone();
        });

        assertThat(writer.get()).contains("b");
        assertThat(cluster.routed.primary().map(NodeView::node)).contains("b");
        until(() -> changes.contains("PrimaryMoved"));
        assertThat(changes).endsWith("PrimaryLost", "NodeDown", "PrimaryMoved");
    }

    private Optional<String> awaitPrimary() {
        try {
            return monitor.await(
                    () -> monitor.snapshot().primary().filter(NodeView::open).map(NodeView::node),
                    Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void probes_every_20_ms_while_there_is_no_primary_and_then_ever_more_slowly() {
        startWithPrimaryA();
        calmDown();
        cluster.refuses("a");
        monitor.report("a", 0, Kind.NETWORK, new IOException("EOF"));
        until(() -> status("a") == Status.DOWN);
        int before = cluster.probes("b");

        for (int i = 0; i < 45; i++) {
            pass(Duration.ofMillis(20));
        }
        int firstSecond = cluster.probes("b") - before;
        for (int i = 0; i < 50; i++) {
            pass(Duration.ofMillis(20));
        }
        before = cluster.probes("b");
        for (int i = 0; i < 50; i++) {
            pass(Duration.ofMillis(20));
        }

        assertThat(firstSecond).isBetween(40, 48);
        assertThat(cluster.probes("b") - before).as("per second, later").isBetween(3, 4);
    }

    @Test
    void a_node_that_does_not_answer_within_the_deadline_is_down_and_its_connections_are_aborted() {
        startWithPrimaryA();
        calmDown();
        cluster.hangs("a");
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN && !cluster.retired.isEmpty();
        });

        assertThat(monitor.snapshot().node("a").flatMap(NodeView::failure).map(Failure::kind))
                .contains(Kind.HUNG);
        assertThat(cluster.retired).containsExactly("a#0 interrupt");
    }

    @Test
    void a_pause_of_this_process_is_no_hang_of_a_node() {
        startWithPrimaryA();
        calmDown();
        CountDownLatch answer = new CountDownLatch(1);
        cluster.behaves("a", aborted -> {
            answer.await();
            return new Answer(Role.PRIMARY, Optional.of("S1"), OptionalLong.of(1), 100, 1);
        });
        int before = cluster.probes("a");
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return cluster.probes("a") > before;
        });

        time.advance(Duration.ofSeconds(30));
        until(() -> time.idle("ha-fake-all-watch"));
        answer.countDown();
        int asked = cluster.probes("a");
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return cluster.probes("a") > asked;
        });

        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(cluster.retired).isEmpty();
    }

    @Test
    void a_node_that_answers_its_callers_does_not_hang_until_it_ceases_to() {
        cluster.returnedIsAnswered = true;
        startWithPrimaryA();
        calmDown();
        cluster.inUse.put("a", 3);
        cluster.returned.put("a", true);
        cluster.hangs("a");
        int before = cluster.probes("a");

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return cluster.probes("a") >= before + 3;
        });
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(cluster.retired).isEmpty();

        cluster.returned.put("a", false);
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN;
        });
    }

    @Test
    void a_connection_that_comes_back_proves_nothing_where_no_answer_is_meant_by_it() {
        startWithPrimaryA();
        calmDown();
        cluster.inUse.put("a", 3);
        cluster.returned.put("a", true);
        cluster.hangs("a");

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN;
        });
    }

    @Test
    void a_stall_is_a_hint_to_probe_every_node_and_rests_after_five() {
        startWithPrimaryA();
        calmDown();
        cluster.inUse.put("a", 3);
        pass(Duration.ofMillis(100));
        int before = cluster.probes("b");

        for (int i = 0; i < 35; i++) {
            pass(Duration.ofMillis(20));
        }

        // Five hints, and at most one probe of the calm cadence.
        assertThat(cluster.probes("b") - before).isBetween(5, 6);
    }

    @Test
    void connections_that_come_back_are_no_stall() {
        startWithPrimaryA();
        calmDown();
        cluster.inUse.put("a", 3);
        cluster.returned.put("a", true);
        int before = cluster.probes("b");

        for (int i = 0; i < 35; i++) {
            pass(Duration.ofMillis(20));
        }

        assertThat(cluster.probes("b") - before).isLessThanOrEqualTo(1);
    }

    @Test
    void wrong_credentials_are_not_retried_in_haste() {
        cluster.behaves("a", aborted -> {
            throw new IllegalStateException("password authentication failed");
        });
        cluster.refuses("b");
        monitor.start();
        until(() -> status("a") == Status.DOWN && status("b") == Status.DOWN);

        for (int i = 0; i < 150; i++) {
            pass(Duration.ofMillis(100));
        }

        // After 1, 2, 4 and 8 seconds, though there is no primary all the time.
        assertThat(cluster.probes("a")).isLessThanOrEqualTo(5);
        assertThat(cluster.probes("b")).isGreaterThan(40);
    }

    @Test
    void a_probe_task_that_dies_is_restarted_and_said_so() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(ProbeTask.class);
        logger.addAppender(log);
        try {
            startWithPrimaryA();
            cluster.behaves("b", aborted -> {
                throw new AssertionError("a bug in an adapter");
            });
            until(() -> {
                time.advance(Duration.ofMillis(100));
                return status("b") == Status.DOWN;
            });
            cluster.replica("b", 1);
            until(() -> {
                time.advance(Duration.ofMillis(100));
                return status("b") == Status.REPLICA;
            });

            assertThat(log.list).anySatisfy(event -> {
                assertThat(event.getLevel().toString()).isEqualTo("ERROR");
                assertThat(event.getFormattedMessage()).contains("probe task of b died and is restarted");
            });
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void closing_wakes_whoever_waits() throws Exception {
        cluster.refuses("a");
        cluster.refuses("b");
        monitor.start();
        CompletableFuture<Optional<String>> writer = CompletableFuture.supplyAsync(() -> awaitPrimary());

        monitor.close();

        assertThat(writer.get(5, TimeUnit.SECONDS)).isEmpty();
        assertThat(monitor.snapshot().closed()).isTrue();
    }

    @Test
    void a_wait_ends_at_its_deadline() throws Exception {
        cluster.refuses("a");
        cluster.refuses("b");
        monitor.start();
        CompletableFuture<Optional<String>> writer = CompletableFuture.supplyAsync(() -> awaitPrimary());
        until(() -> {
            time.advance(Duration.ofSeconds(1));
            return writer.isDone();
        });
        assertThat(writer.get()).isEmpty();
    }

    @Test
    void a_slow_listener_holds_up_neither_the_monitor_nor_other_events_for_ever() {
        var release = new CountDownLatch(1);
        var seen = new CopyOnWriteArrayList<TopologyEvent>();
        events.subscribe(event -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            seen.add(event);
        });
        startWithPrimaryA();
        for (int i = 0; i < 2000; i++) {
            events.offer(new TopologyEvent("fake", new Change.NodeUp("n" + i), monitor.snapshot()));
        }

        assertThat(events.dropped()).isPositive();
        release.countDown();
        until(() -> !seen.isEmpty() && seen.get(seen.size() - 1).change().equals(new Change.NodeUp("n1999")));
    }

    private Status status(String node) {
        return monitor.snapshot().node(node).map(NodeView::status).orElse(Status.UNKNOWN);
    }

    private static String name(Change change) {
        return change.getClass().getSimpleName();
    }

    /** Advances time and waits until the threads have done what became due. */
    private void pass(Duration by) {
        time.advance(by);
        until(time::idle);
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("gave up waiting").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
        }
    }
}
