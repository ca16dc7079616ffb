package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.topology.Availability;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
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
                    Duration.ofSeconds(2),
                    Optional.empty()),
            cluster,
            events,
            time,
            new Machine());

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
        // One that has answered may have yet to wait for the first time, and until then would miss all that passes.
        until(() -> Stream.of("a-probe", "b-probe", "all-watch").allMatch(name -> time.waits("ha-fake-" + name)));
    }

    /** Lets the urgency after the first changes pass. */
    private void calmDown() {
        for (int i = 0; i < 15; i++) {
            pass(Duration.ofMillis(100));
        }
    }

    @Test
    void the_fall_of_the_primary_is_one_line_when_it_begins_and_one_when_it_ends() {
        Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        startWithPrimaryA();
        until(() -> changes.containsAll(List.of("PrimaryFound", "NodeUp")));
        lines.start();
        topology.addAppender(lines);
        try {
            cluster.refuses("a");
            until(() -> {
                time.advance(Duration.ofMillis(20));
                return status("a") == Status.DOWN;
            });
            cluster.primary("a", 1);
            until(() -> {
                time.advance(Duration.ofMillis(20));
                return status("a") == Status.PRIMARY;
            });
            until(() ->
                    changes.contains("NodeDown") && changes.lastIndexOf("PrimaryFound") > changes.indexOf("NodeDown"));
        } finally {
            topology.detachAppender(lines);
        }
        // Listeners are told of both, and the log is one of them, the first.
        assertThat(changes).containsSubsequence("PrimaryLost", "NodeDown", "PrimaryFound");
        assertThat(lines.list).hasSize(2);
        assertThat(lines.list.get(0).getFormattedMessage())
                .isEqualTo("fake: a, the primary, is down: REFUSED, Connection refused");
        assertThat(lines.list.get(1).getFormattedMessage())
                .startsWith("fake: a is the primary, after ")
                .contains(" without one", " of its absence");
    }

    @Test
    void a_primary_that_is_fenced_is_one_line() {
        Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        startWithPrimaryA();
        until(() -> changes.containsAll(List.of("PrimaryFound", "NodeUp")));
        lines.start();
        topology.addAppender(lines);
        try {
            // Somebody was promoted, and has not been heard from.
            cluster.replica("b", 2);
            until(() -> {
                time.advance(Duration.ofMillis(20));
                return status("a") == Status.FENCED;
            });
            until(() -> changes.contains("PrimaryFenced"));
        } finally {
            topology.detachAppender(lines);
        }
        // Listeners are told of both.
        assertThat(changes).containsSubsequence("PrimaryLost", "PrimaryFenced");
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("fake: a, the primary, is fenced: epoch 1 is below epoch 2 of b");
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

    /** Its time is over when the process runs on, but nobody has been asked meanwhile. */
    @Test
    void whoever_waits_over_a_pause_of_this_process_hears_what_has_changed_meanwhile() throws Exception {
        startWithPrimaryA();
        calmDown();
        cluster.refuses("a");
        monitor.report("a", 0, Kind.NETWORK, new IOException("EOF"));
        until(() -> status("a") == Status.DOWN);
        CompletableFuture<Optional<String>> writer = CompletableFuture.supplyAsync(() -> awaitPrimary());
        until(monitor::awaited);
        pass(Duration.ofMillis(20));

        time.advance(Duration.ofSeconds(12));
        cluster.primary("b", 2);
        for (int i = 0; i < 20 && !writer.isDone(); i++) {
            pass(Duration.ofMillis(20));
        }

        assertThat(writer.get(60, TimeUnit.SECONDS)).contains("b");
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
    void probes_every_20_ms_for_as_long_as_callers_wait() {
        startWithPrimaryA();
        calmDown();
        cluster.refuses("a");
        monitor.report("a", 0, Kind.NETWORK, new IOException("EOF"));
        until(() -> status("a") == Status.DOWN);
        for (int i = 0; i < 400; i++) {
            pass(Duration.ofMillis(20));
        }
        cluster.awaited = true;
        pass(Duration.ofMillis(100));
        int before = cluster.probes("b");

        for (int i = 0; i < 50; i++) {
            pass(Duration.ofMillis(20));
        }

        assertThat(cluster.probes("b") - before)
                .as("per second, after eight seconds")
                .isBetween(45, 51);
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
    void a_silent_node_keeps_all_that_it_has_while_others_are_asked() {
        startWithPrimaryA();
        calmDown();
        cluster.hangs("a");
        int asked = cluster.probes("a");
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return cluster.probes("a") > asked;
        });
        int others = cluster.probes("b");

        untilSilent("a");

        until(() -> cluster.probes("b") > others);
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(monitor.snapshot().writable()).as("its gate is open").isPresent();
        assertThat(cluster.retired).isEmpty();
    }

    private void untilSilent(String node) {
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return monitor.snapshot().node(node).filter(NodeView::silent).isPresent();
        });
    }

    @Test
    void a_hung_primary_is_left_for_its_successor_before_any_verdict() {
        startWithPrimaryA();
        calmDown();
        cluster.hangs("a");
        untilSilent("a");

        cluster.primary("b", 2);
        until(() -> {
            time.advance(Duration.ofMillis(1));
            return status("b") == Status.PRIMARY && !cluster.retired.isEmpty();
        });

        assertThat(status("a")).isEqualTo(Status.FENCED);
        assertThat(cluster.retired).containsExactly("a#0 interrupt");
        assertThat(changes).doesNotContain("NodeDown");
    }

    @Test
    void the_silence_of_all_nodes_takes_none_down_until_it_has_lasted_ten_timeouts() {
        startWithPrimaryA();
        calmDown();
        Instant since = time.now();
        cluster.hangs("a");
        cluster.hangs("b");
        untilSilent("a");
        untilSilent("b");

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return Duration.between(since, time.now()).compareTo(Duration.ofSeconds(5)) > 0;
        });
        assertThat(monitor.snapshot().availability()).isEqualTo(Availability.WRITABLE);
        assertThat(status("b")).isEqualTo(Status.REPLICA);
        assertThat(cluster.retired).isEmpty();

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN && status("b") == Status.DOWN;
        });
        assertThat(Duration.between(since, time.now())).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void the_last_node_that_is_up_has_as_long_as_all_though_those_that_are_gone_refuse_connections() {
        startWithPrimaryA();
        calmDown();
        cluster.connects("b", (aborted, connects) -> {
            throw new ConnectException("Connection refused");
        });
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return status("b") == Status.DOWN;
        });
        Instant since = time.now();
        cluster.hangs("a");
        untilSilent("a");

        until(() -> {
            time.advance(Duration.ofMillis(20));
            return Duration.between(since, time.now()).compareTo(Duration.ofSeconds(5)) > 0;
        });
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(cluster.retired).doesNotContain("a#0 interrupt");

        until(() -> {
            time.advance(Duration.ofMillis(20));
            return status("a") == Status.DOWN;
        });
        assertThat(Duration.between(since, time.now())).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void where_every_answer_takes_a_second_no_node_is_taken_down() {
        passSlowly(Duration.ofSeconds(1));
    }

    /** To connect takes longer than the silence of all is put up with, so whatever gives up what it has is hung. */
    @Test
    void where_every_answer_takes_two_seconds_no_node_is_taken_down_though_a_login_takes_twelve() {
        passSlowly(Duration.ofSeconds(2));
    }

    private void passSlowly(Duration answer) {
        startWithPrimaryA();
        calmDown();
        SlowAnswers slow = new SlowAnswers(answer);
        slow.from("a", Role.PRIMARY);
        slow.from("b", Role.REPLICA);
        Instant since = time.now();
        while (Duration.between(since, time.now()).compareTo(Duration.ofSeconds(30)) < 0) {
            slow.pass(Duration.ofMillis(20));
        }
        slow.end();
        assertThat(changes).doesNotContain("NodeDown");
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(status("b")).isEqualTo(Status.REPLICA);
        assertThat(cluster.retired).isEmpty();
        assertThat(List.of(cluster.mostConnections("a"), cluster.mostConnections("b")))
                .allMatch(most -> most <= 2);
    }

    /** Nodes of which the test itself brings each answer when its time has come, six times later if a connection has to be made. */
    private final class SlowAnswers {
        private final Map<Asked, String> asked = new ConcurrentHashMap<>();
        private volatile Duration answer;

        private record Asked(Instant due, CountDownLatch answer, CountDownLatch aborted) {}

        SlowAnswers(Duration answer) {
            this.answer = answer;
        }

        void from(String node, Role role) {
            cluster.connects(node, (aborted, connects) -> {
                Asked now = new Asked(
                        time.now().plus(connects ? answer.multipliedBy(6) : answer), new CountDownLatch(1), aborted);
                asked.put(now, node);
                while (!now.answer().await(1, TimeUnit.MILLISECONDS)) {
                    if (aborted.getCount() == 0) {
                        throw new IOException("Socket closed");
                    }
                }
                return FakeCluster.answer(role, 1);
            });
        }

        void pass(Duration by) {
            time.advance(by);
            until(this::settled);
            for (String node : List.of("a", "b")) {
                List<Asked> all = waiting(node);
                all.stream()
                        .filter(question -> !question.due().isAfter(time.now()))
                        .findFirst()
                        .ifPresent(question -> {
                            asked.values().removeIf(node::equals);
                            question.answer().countDown();
                            until(() -> all.stream()
                                    .allMatch(each -> each.equals(question)
                                            || each.aborted().getCount() == 0));
                        });
            }
            until(this::settled);
        }

        private List<Asked> waiting(String node) {
            return asked.entrySet().stream()
                    .filter(each -> each.getValue().equals(node))
                    .map(Map.Entry::getKey)
                    .filter(question -> question.aborted().getCount() > 0)
                    .toList();
        }

        /** Whether every thread of the monitor has done what is due, or waits for an answer. */
        private boolean settled() {
            return time.idle("ha-fake-all")
                    && Stream.of("a", "b")
                            .allMatch(node -> !waiting(node).isEmpty() || time.idle("ha-fake-" + node + "-"));
        }

        void end() {
            answer = Duration.ZERO;
            asked.keySet().forEach(question -> question.answer().countDown());
        }
    }

    @Test
    void the_late_answer_on_the_connection_that_was_kept_counts_though_another_was_asked_for_meanwhile() {
        startWithPrimaryA();
        calmDown();
        CountDownLatch late = new CountDownLatch(1);
        CountDownLatch second = answersLate("a", late);
        untilSilent("a");
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return second.getCount() == 0;
        });

        late.countDown();

        until(() -> monitor.snapshot().node("a").filter(NodeView::silent).isEmpty() && cluster.connections("a") == 1);
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(cluster.mostConnections("a")).isEqualTo(2);
        assertThat(cluster.retired).isEmpty();
        assertThat(changes).doesNotContain("NodeDown");
    }

    /** On the connection that it has when told to, on others never; counted down when it is asked on another. */
    private CountDownLatch answersLate(String node, CountDownLatch late) {
        CountDownLatch second = new CountDownLatch(1);
        cluster.connects(node, (aborted, connects) -> {
            if (connects) {
                second.countDown();
                aborted.await();
                throw new IOException("Socket closed");
            }
            while (!late.await(1, TimeUnit.MILLISECONDS)) {
                if (aborted.getCount() == 0) {
                    throw new IOException("Socket closed");
                }
            }
            return FakeCluster.answer(Role.PRIMARY, 1);
        });
        return second;
    }

    @Test
    void neither_connection_to_a_node_outlives_its_hanging() {
        startWithPrimaryA();
        calmDown();
        AtomicInteger closed = new AtomicInteger();
        int before = cluster.probes("a");
        cluster.behaves("a", aborted -> {
            if (cluster.probes("a") > before + 2) {
                throw new ConnectException("Connection refused");
            }
            aborted.await();
            closed.incrementAndGet();
            throw new IOException("Socket closed");
        });

        until(() -> {
            time.advance(Duration.ofMillis(20));
            return status("a") == Status.DOWN;
        });

        until(() -> closed.get() == 2);
        assertThat(cluster.mostConnections("a")).isEqualTo(2);
    }

    @Test
    void closing_ends_both_connections_to_a_node_that_is_silent() {
        startWithPrimaryA();
        calmDown();
        CountDownLatch second = answersLate("a", new CountDownLatch(1));
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return second.getCount() == 0 && cluster.connections("a") == 2;
        });

        monitor.close();

        assertThat(cluster.connections("a")).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("ha-fake-a-"));
    }

    @Test
    void a_refusal_on_a_new_connection_is_the_word_of_a_node_that_is_silent_on_the_old_one() {
        startWithPrimaryA();
        calmDown();
        cluster.connects("a", (aborted, connects) -> {
            if (connects) {
                throw new ConnectException("Connection refused");
            }
            aborted.await();
            throw new IOException("Socket closed");
        });

        until(() -> {
            time.advance(Duration.ofMillis(20));
            return status("a") == Status.DOWN;
        });

        assertThat(monitor.snapshot().node("a").flatMap(NodeView::failure).map(Failure::kind))
                .contains(Kind.REFUSED);
    }

    /** This process comes to things late, so that silence twice as long is explained for the next seconds. */
    private void comeLate(Duration by) {
        pass(by);
        pass(Duration.ofMillis(20));
    }

    /** From now on it answers nothing on the connection that is kept, and refuses others; returns when it has been asked. */
    private void vanishes(String node) {
        int before = cluster.probes(node);
        cluster.connects(node, (aborted, connects) -> {
            if (connects) {
                throw new ConnectException("Connection refused");
            }
            aborted.await();
            throw new IOException("Socket closed");
        });
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return cluster.probes(node) > before;
        });
    }

    @Test
    void a_node_that_is_gone_says_so_on_a_new_connection_though_slowness_would_explain_a_longer_silence() {
        startWithPrimaryA();
        calmDown();
        comeLate(Duration.ofSeconds(2));
        vanishes("a");
        int asked = cluster.probes("a");

        for (int i = 0; i < 39; i++) {
            pass(Duration.ofMillis(20), "ha-fake-b", "ha-fake-all");
        }

        until(() -> status("a") == Status.DOWN);
        assertThat(cluster.probes("a")).isGreaterThan(asked);
        assertThat(monitor.snapshot().node("a").flatMap(NodeView::failure).map(Failure::kind))
                .contains(Kind.REFUSED);
    }

    @Test
    void a_node_that_was_asked_anew_is_hung_no_sooner_than_slowness_explains_it() {
        startWithPrimaryA();
        calmDown();
        comeLate(Duration.ofSeconds(1));
        cluster.hangs("a");
        untilSilent("a");

        for (int i = 0; i < 95; i++) {
            pass(Duration.ofMillis(20), "ha-fake-b", "ha-fake-all");
        }

        assertThat(cluster.connections("a")).as("it was asked anew").isEqualTo(2);
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
    }

    @Test
    void a_node_that_has_failed_a_caller_is_asked_on_a_second_connection_before_its_probe_is_overdue() {
        startWithPrimaryA();
        calmDown();
        vanishes("a");
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofMillis(20), "ha-fake-b", "ha-fake-all");
        }
        assertThat(status("a")).isEqualTo(Status.PRIMARY);

        monitor.report("a", 0, Kind.REFUSED, new ConnectException("Connection refused"));
        for (int i = 0; i < 6; i++) {
            pass(Duration.ofMillis(20), "ha-fake-b", "ha-fake-all");
        }

        until(() -> status("a") == Status.DOWN);
    }

    @Test
    void of_two_connections_that_are_silent_the_one_that_was_let_in_later_is_waited_for() {
        startWithPrimaryA();
        calmDown();
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch late = new CountDownLatch(1);
        CompletableFuture<CountDownLatch> letIn = new CompletableFuture<>();
        cluster.behaves("a", aborted -> {
            int attempt = attempts.incrementAndGet();
            if (attempt == 2) {
                letIn.complete(aborted);
                cluster.letsIn("a");
                late.await();
                return FakeCluster.answer(Role.PRIMARY, 1);
            } else if (attempt > 3) {
                return FakeCluster.answer(Role.PRIMARY, 1);
            }
            aborted.await();
            throw new IOException("Socket closed");
        });
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return attempts.get() == 3;
        });
        assertThat(letIn.join().getCount()).as("it is waited for").isEqualTo(1);

        late.countDown();

        until(() -> monitor.snapshot().node("a").filter(NodeView::silent).isEmpty());
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(cluster.retired).isEmpty();
    }

    @Test
    void a_connection_that_is_waited_for_in_vain_is_silence_and_no_word_of_its_node() {
        startWithPrimaryA();
        calmDown();
        Instant since = time.now();
        for (String node : List.of("a", "b")) {
            AtomicInteger asked = new AtomicInteger();
            cluster.behaves(node, aborted -> {
                if (asked.incrementAndGet() == 1) {
                    aborted.await();
                    throw new IOException("Socket closed");
                }
                throw new SocketTimeoutException("connect timed out");
            });
        }
        untilSilent("a");
        untilSilent("b");

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return Duration.between(since, time.now()).compareTo(Duration.ofSeconds(5)) > 0;
        });
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(status("b")).isEqualTo(Status.REPLICA);
        assertThat(cluster.retired).isEmpty();

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN && status("b") == Status.DOWN;
        });
        until(() -> cluster.retired.contains("a#0 interrupt"));
    }

    @Test
    void a_node_is_not_hung_while_it_is_as_slow_as_others_have_been() {
        startWithPrimaryA();
        calmDown();
        CountDownLatch answer = new CountDownLatch(1);
        cluster.behaves("b", aborted -> {
            answer.await();
            return FakeCluster.answer(Role.REPLICA, 1);
        });
        int asked = cluster.probes("b");
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return cluster.probes("b") > asked;
        });
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(20), "ha-fake-a", "ha-fake-all");
        }
        // After 400 ms b answers, and a is silent for three times as long.
        cluster.replica("b", 1);
        answer.countDown();
        until(() -> monitor.snapshot().node("b").orElseThrow().rtt().compareTo(Duration.ofMillis(300)) > 0);
        cluster.hangs("a");
        untilSilent("a");
        for (int i = 0; i < 40; i++) {
            pass(Duration.ofMillis(20), "ha-fake-b", "ha-fake-all");
        }
        assertThat(status("a")).isEqualTo(Status.PRIMARY);

        until(() -> {
            time.advance(Duration.ofMillis(20));
            return status("a") == Status.DOWN;
        });
    }

    @Test
    void a_node_whose_connection_has_died_unseen_is_asked_on_another_and_loses_nothing() {
        startWithPrimaryA();
        calmDown();
        AtomicInteger attempts = new AtomicInteger();
        cluster.behaves("a", aborted -> {
            if (attempts.incrementAndGet() == 1) {
                aborted.await();
                throw new IOException("Socket closed");
            }
            return FakeCluster.answer(Role.PRIMARY, 1);
        });

        untilSilent("a");
        until(() -> {
            time.advance(Duration.ofMillis(20));
            return monitor.snapshot().node("a").filter(NodeView::silent).isEmpty();
        });

        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(attempts).hasValue(2);
        assertThat(cluster.retired).isEmpty();
        assertThat(changes).doesNotContain("NodeDown");
    }

    /** Lets the probe in and says no more, so many times. */
    private AtomicReference<CountDownLatch> letsInAndIsLost(String node, int times) {
        AtomicInteger attempts = new AtomicInteger();
        AtomicReference<CountDownLatch> waiting = new AtomicReference<>();
        cluster.behaves(node, aborted -> {
            if (attempts.incrementAndGet() > times) {
                return FakeCluster.answer(Role.PRIMARY, 1);
            }
            cluster.letsIn(node);
            waiting.set(aborted);
            aborted.await();
            throw new IOException("Socket closed");
        });
        return waiting;
    }

    /** Time goes on while this probe waits, and not while it is on its way from one attempt to the next. */
    private void passWhile(AtomicReference<CountDownLatch> waiting, BooleanSupplier condition) {
        until(() -> {
            CountDownLatch attempt = waiting.get();
            if ((attempt == null || attempt.getCount() > 0) && time.idle("ha-fake-all")) {
                time.advance(Duration.ofMillis(20));
            }
            return condition.getAsBoolean();
        });
    }

    @Test
    void a_node_that_lets_the_probe_in_is_not_hung_though_each_connection_is_lost_again() {
        startWithPrimaryA();
        calmDown();
        AtomicReference<CountDownLatch> waiting = letsInAndIsLost("a", 5);

        passWhile(
                waiting,
                () -> cluster.probes("a") > 0
                        && monitor.snapshot().node("a").filter(NodeView::silent).isPresent());
        passWhile(
                waiting,
                () -> monitor.snapshot().node("a").filter(NodeView::silent).isEmpty());

        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(cluster.retired).isEmpty();
        assertThat(changes).doesNotContain("NodeDown");
    }

    @Test
    void a_node_that_does_no_more_than_let_the_probe_in_is_hung_when_nothing_explains_that() {
        startWithPrimaryA();
        calmDown();
        AtomicReference<CountDownLatch> waiting = letsInAndIsLost("a", Integer.MAX_VALUE);
        passWhile(
                waiting,
                () -> monitor.snapshot().node("a").filter(NodeView::silent).isPresent());
        Instant silent = time.now();

        passWhile(waiting, () -> status("a") == Status.DOWN);

        assertThat(monitor.snapshot().node("a").orElseThrow().failure().map(Failure::kind))
                .contains(Kind.HUNG);
        assertThat(Duration.between(silent, time.now())).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
    }

    @Test
    void a_first_connect_has_the_patience_of_a_connect() {
        CountDownLatch connected = new CountDownLatch(1);
        cluster.primary("a", 1);
        cluster.behaves("b", aborted -> {
            connected.await();
            return FakeCluster.answer(Role.REPLICA, 1);
        });
        monitor.start();
        until(() -> status("a") == Status.PRIMARY && cluster.probes("b") == 1);

        for (int i = 0; i < 120; i++) {
            pass(Duration.ofMillis(20), "ha-fake-a", "ha-fake-all");
        }
        assertThat(monitor.snapshot().node("b").orElseThrow().heard())
                .as("judged within its patience")
                .isFalse();

        connected.countDown();
        until(() -> status("b") == Status.REPLICA);
    }

    @Test
    void a_start_at_which_no_node_was_heard_of_yet_takes_none_for_hung_for_longer() {
        cluster.hangs("a");
        cluster.hangs("b");
        monitor.start();
        until(() -> cluster.probes("a") == 1 && cluster.probes("b") == 1);

        Instant since = time.now();
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return Duration.between(since, time.now()).compareTo(Duration.ofSeconds(15)) > 0;
        });
        assertThat(status("a")).isEqualTo(Status.UNKNOWN);
        assertThat(monitor.snapshot().node("b").orElseThrow().heard()).isFalse();

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN && status("b") == Status.DOWN;
        });
    }

    @Test
    void a_first_connect_has_its_patience_from_the_first_answer_of_another_node_on() {
        CountDownLatch connected = new CountDownLatch(1);
        cluster.behaves("a", aborted -> {
            connected.await();
            return FakeCluster.answer(Role.PRIMARY, 1);
        });
        cluster.hangs("b");
        monitor.start();
        until(() -> cluster.probes("a") == 1 && cluster.probes("b") == 1);
        // Longer than any slowness excuses.
        for (int i = 0; i < 400; i++) {
            pass(Duration.ofMillis(20), "ha-fake-all");
        }

        connected.countDown();
        until(() -> status("a") == Status.PRIMARY);
        for (int i = 0; i < 120; i++) {
            pass(Duration.ofMillis(20), "ha-fake-a", "ha-fake-all");
        }
        assertThat(monitor.snapshot().node("b").orElseThrow().heard())
                .as("judged within the patience of a connect")
                .isFalse();

        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("b") == Status.DOWN;
        });
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
    void whoever_comes_before_the_watch_has_routes_made_anew_that_no_longer_hold() {
        startWithPrimaryA();
        calmDown();
        cluster.until = Optional.of(time.now().plusSeconds(100));
        pass(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(1));
        Instant stopped = time.now();

        monitor.refresh();
        assertThat(cluster.routedAt).isBeforeOrEqualTo(stopped);
        time.advance(Duration.ofSeconds(200));
        monitor.refresh();

        assertThat(cluster.routedAt).isAfter(stopped);
    }

    @Test
    void asks_all_before_what_is_known_is_too_old_and_twice_per_interval_while_answers_do_not_help() {
        startWithPrimaryA();
        calmDown();
        cluster.nearing = Optional.of(time.now());
        // With the next answers the cluster says so.
        for (int i = 0; i < 11; i++) {
            pass(Duration.ofMillis(100));
        }
        int before = cluster.probes("b");

        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(100));
        }

        assertThat(cluster.probes("b") - before).isBetween(18, 22);
    }

    @Test
    void a_node_whose_callers_hear_nothing_is_soon_asked_on_a_second_connection_and_judged_no_sooner() {
        startWithPrimaryA();
        calmDown();
        cluster.hangs("a");
        int before = cluster.probes("a");
        time.advance(Cadence.AT_ONCE);
        monitor.doubt("a");
        until(() -> cluster.probes("a") == before + 1);
        Instant asked = time.now();
        monitor.doubt("a");
        assertThat(cluster.connections("a")).as("it has hardly been asked").isEqualTo(1);
        time.advance(Duration.ofMillis(125));

        monitor.doubt("a");

        until(() -> cluster.probes("a") == before + 2);
        while (Duration.between(asked, time.now()).compareTo(Duration.ofMillis(700)) < 0) {
            monitor.doubt("a");
            pass(Duration.ofMillis(25), "ha-fake-all", "ha-fake-b");
        }
        assertThat(cluster.probes("a")).as("once in a silence").isEqualTo(before + 2);
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        until(() -> {
            time.advance(Duration.ofMillis(50));
            return status("a") == Status.DOWN;
        });
    }

    @Test
    void a_node_whose_callers_and_probe_were_forgotten_is_heard_before_its_probe_is_overdue() {
        startWithPrimaryA();
        calmDown();
        CountDownLatch second = new CountDownLatch(1);
        cluster.connects("a", (aborted, connects) -> {
            if (connects) {
                second.countDown();
                return FakeCluster.answer(Role.PRIMARY, 1);
            } else if (second.getCount() == 0) {
                return FakeCluster.answer(Role.PRIMARY, 1);
            }
            aborted.await();
            throw new IOException("Socket closed");
        });
        int before = cluster.probes("a");
        time.advance(Cadence.AT_ONCE);
        Instant forgotten = time.now();
        monitor.doubt("a");
        until(() -> cluster.probes("a") > before);
        time.advance(Duration.ofMillis(125));

        monitor.doubt("a");

        until(() -> monitor.snapshot()
                .node("a")
                .flatMap(NodeView::answeredAt)
                .filter(at -> at.equals(forgotten.plusMillis(125)))
                .isPresent());
        assertThat(changes).doesNotContain("NodeDown");
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

    /** Its password was changed, say, and its probe's connection has ended since. */
    private void denyProbesOfA() {
        startWithPrimaryA();
        calmDown();
        cluster.notLetIn.add("a");
        cluster.behaves("a", aborted -> {
            throw new IllegalStateException("password authentication failed");
        });
    }

    private boolean deniesProbes(String node) {
        return monitor.snapshot()
                .node(node)
                .flatMap(NodeView::failure)
                .filter(failure -> failure.kind() == Kind.DENIED)
                .isPresent();
    }

    @Test
    void a_primary_that_lets_its_probe_in_no_more_stays_while_callers_are_served() {
        denyProbesOfA();
        cluster.returned.put("a", true);
        int asked = cluster.probes("a");

        for (int i = 0; i < 200; i++) {
            pass(Duration.ofMillis(100));
        }

        assertThat(deniesProbes("a")).isTrue();
        assertThat(status("a")).isEqualTo(Status.PRIMARY);
        assertThat(monitor.snapshot().writable()).isPresent();
        assertThat(cluster.retired).isEmpty();
        // In time, then after 1, 2, 4 and 8 seconds: each may count against an account.
        assertThat(cluster.probes("a") - asked).isBetween(3, 6);

        cluster.returned.put("a", false);
        for (int i = 0; i < 700 && status("a") == Status.PRIMARY; i++) {
            pass(Duration.ofMillis(100));
        }
        assertThat(status("a")).as("once nobody is served any more").isEqualTo(Status.DOWN);
    }

    @Test
    void a_primary_that_lets_its_probe_in_no_more_is_down_a_second_later_if_it_serves_nobody() {
        denyProbesOfA();

        for (int i = 0; i < 30; i++) {
            pass(Duration.ofMillis(100));
        }

        assertThat(status("a")).isEqualTo(Status.DOWN);
        assertThat(cluster.retired).contains("a#0");
    }

    @Test
    void a_primary_that_lets_its_probe_in_no_more_is_down_at_once_when_a_caller_loses_its_connection() {
        denyProbesOfA();
        cluster.returned.put("a", true);
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(100));
        }
        assertThat(status("a")).isEqualTo(Status.PRIMARY);

        monitor.report("a", 0, Kind.NETWORK, new IOException("Connection reset"));

        // Two milliseconds after its last probe at the earliest, which was seconds ago.
        until(() -> status("a") == Status.DOWN);
    }

    @Test
    void a_primary_that_refuses_what_its_probe_asks_is_down_though_it_serves_callers() {
        startWithPrimaryA();
        calmDown();
        cluster.returned.put("a", true);
        cluster.behaves("a", aborted -> {
            throw new IllegalStateException("it does not say whether it is a primary");
        });

        for (int i = 0; i < 15; i++) {
            pass(Duration.ofMillis(100));
        }

        assertThat(status("a")).isEqualTo(Status.DOWN);
    }

    @Test
    void a_node_that_repeats_a_secret_is_shown_without_it() {
        cluster.behaves("a", aborted -> {
            throw new IllegalStateException("there is no user with the password hunter2");
        });
        monitor.start();
        until(() -> status("a") == Status.DOWN);

        assertThat(monitor.snapshot()
                        .node("a")
                        .orElseThrow()
                        .failure()
                        .orElseThrow()
                        .cause())
                .contains("password <hidden>");
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

        assertThat(writer.get(60, TimeUnit.SECONDS)).isEmpty();
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
            events.offer(new StoreChange("fake", new Change.NodeUp("n" + i), monitor.snapshot()));
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

    /** The same for those threads whose names begin so: others hang. */
    private void pass(Duration by, String... threads) {
        time.advance(by);
        until(() -> Arrays.stream(threads).allMatch(time::idle));
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("gave up waiting").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
        }
    }
}
