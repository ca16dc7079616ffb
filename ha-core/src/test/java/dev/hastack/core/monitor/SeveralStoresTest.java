package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two stores of one process, on time that the test advances: what falls silent in both at once is news about this machine. */
class SeveralStoresTest {
    /** A little less than the timeout and ten more, which is how long all may be silent. */
    private static final Duration ALONE = Duration.ofMillis(5_400);

    private final ManualTime time = new ManualTime();
    private final Machine machine = new Machine();
    private final Events events = new Events();
    private final CountDownLatch back = new CountDownLatch(1);
    private final Store one = new Store("one", "a", "b");
    private final Store other = new Store("other", "a", "b");
    private final Store single = new Store("single", "a");

    private final class Store {
        private final FakeCluster cluster = new FakeCluster();
        private final String name;
        private final Monitor monitor;

        Store(String name, String... nodes) {
            this.name = name;
            this.monitor = new Monitor(
                    new Monitor.Settings(
                            name,
                            Set.of(nodes),
                            Optional.empty(),
                            Duration.ofSeconds(1),
                            Duration.ofMillis(500),
                            Duration.ofSeconds(2),
                            Optional.empty()),
                    cluster,
                    events,
                    time,
                    machine);
        }

        void start() {
            cluster.primary("a", 1);
            cluster.replica("b", 1);
            monitor.start();
            until(() -> nodes().allMatch(node -> node.status().usable()));
            until(() -> time.waits("ha-" + name + "-all-watch"));
        }

        Stream<NodeView> nodes() {
            return monitor.snapshot().nodes().values().stream();
        }

        Status status(String node) {
            return monitor.snapshot().node(node).map(NodeView::status).orElse(Status.UNKNOWN);
        }

        boolean silent() {
            return nodes().allMatch(NodeView::silent);
        }

        /** The connection that its probe has kept is dead, and what is asked on another is answered once the network is back. */
        void answersOnNewConnectionsAlone(String node, Role role) {
            AtomicInteger asked = new AtomicInteger();
            cluster.behaves(node, aborted -> {
                boolean kept = asked.getAndIncrement() == 0;
                while (kept || back.getCount() > 0) {
                    if (aborted.getCount() == 0) {
                        throw new IOException("Socket closed");
                    }
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                }
                return FakeCluster.answer(role, 1);
            });
        }
    }

    @AfterEach
    void close() {
        Stream.of(one, other, single).forEach(store -> store.monitor.close());
        events.close();
    }

    /** In small steps, so that nothing comes so late that it would explain a silence. */
    private void passUntil(BooleanSupplier condition) {
        until(() -> {
            time.advance(Duration.ofMillis(10));
            until(() -> Stream.of("one", "other", "single")
                    .filter(store -> time.waits("ha-" + store + "-all-watch"))
                    .allMatch(store -> time.idle("ha-" + store + "-all-watch")));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            return condition.getAsBoolean();
        });
    }

    private void pass(Duration by) {
        Instant end = time.now().plus(by);
        passUntil(() -> !time.now().isBefore(end));
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("gave up waiting").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
        }
    }

    @Test
    void where_two_fall_silent_at_once_the_answer_of_one_node_of_each_is_no_verdict_on_the_next() {
        one.start();
        other.start();
        pass(Duration.ofMillis(1_500));
        Instant since = time.now();
        Stream.of(one, other).forEach(store -> {
            store.answersOnNewConnectionsAlone("a", Role.PRIMARY);
            store.cluster.hangs("b");
        });
        passUntil(() -> one.silent() && other.silent());
        back.countDown();

        passUntil(() -> Duration.between(since, time.now()).compareTo(ALONE) > 0);
        assertThat(one.nodes().filter(NodeView::silent).map(NodeView::node)).containsExactly("b");
        assertThat(one.status("b")).isEqualTo(Status.REPLICA);
        assertThat(other.status("b")).isEqualTo(Status.REPLICA);
        assertThat(one.cluster.retired).isEmpty();
        assertThat(other.cluster.retired).isEmpty();

        passUntil(() -> one.status("b") == Status.DOWN && other.status("b") == Status.DOWN);
        assertThat(Duration.between(since, time.now())).as("bounded").isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void a_store_with_one_node_that_falls_silent_with_another_store_is_one_of_two() {
        one.start();
        single.start();
        pass(Duration.ofMillis(1_500));
        Instant since = time.now();
        one.answersOnNewConnectionsAlone("a", Role.PRIMARY);
        one.cluster.hangs("b");
        single.cluster.hangs("a");
        passUntil(() -> one.silent() && single.silent());
        back.countDown();

        passUntil(() -> Duration.between(since, time.now()).compareTo(ALONE) > 0);
        assertThat(one.status("b")).isEqualTo(Status.REPLICA);
        assertThat(single.status("a")).isEqualTo(Status.PRIMARY);

        passUntil(() -> one.status("b") == Status.DOWN && single.status("a") == Status.DOWN);
        assertThat(Duration.between(since, time.now())).as("bounded").isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void where_one_store_alone_falls_silent_the_answer_of_one_node_leaves_the_next_to_itself() {
        one.start();
        other.start();
        pass(Duration.ofMillis(1_500));
        Instant since = time.now();
        one.answersOnNewConnectionsAlone("a", Role.PRIMARY);
        one.cluster.hangs("b");
        passUntil(one::silent);
        back.countDown();

        passUntil(() -> one.status("b") == Status.DOWN);

        assertThat(Duration.between(since, time.now())).isLessThan(ALONE);
        assertThat(other.nodes()).noneMatch(NodeView::silent);
    }

    /** As where a host dies that has a node of each. */
    @Test
    void a_node_of_each_that_hangs_while_others_answer_is_left_as_soon_as_ever() {
        one.start();
        other.start();
        pass(Duration.ofMillis(1_500));
        Instant since = time.now();
        one.cluster.hangs("a");
        other.cluster.hangs("a");

        passUntil(() -> one.status("a") == Status.DOWN && other.status("a") == Status.DOWN);

        assertThat(Duration.between(since, time.now())).isLessThan(Duration.ofSeconds(4));
    }
}
