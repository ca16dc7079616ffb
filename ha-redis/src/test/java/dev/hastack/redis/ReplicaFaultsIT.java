package dev.hastack.redis;

import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** What goes wrong with a replica, no reader notices. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class ReplicaFaultsIT {
    private final RedisReplication redis;

    ReplicaFaultsIT(RedisReplication redis) {
        this.redis = redis;
    }

    private interface Fault {
        void strike(RedisNode replica, HaRedis store) throws Exception;
    }

    private void noReadFails(Fault fault) throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.set("faults", "there");
            until(
                    "it is replicated",
                    () -> "there".equals(redis.node("replica-1").command("GET", "faults"))
                            && "there".equals(redis.node("replica-2").command("GET", "faults")));
            try (Callers readers = new Callers(
                    "reader", 4, () -> assertThat(commands.get("faults")).isEqualTo("there"))) {
                until("there is load", () -> readers.successes() > 500);
                fault.strike(redis.node("replica-1"), store);
                int before = readers.successes();
                until("reads go on", () -> readers.successes() > before + 500);
                assertThat(readers.failures()).isEmpty();
            }
        }
    }

    @Test
    void killed() throws Exception {
        noReadFails((replica, store) -> {
            replica.kill();
            until("it is down", () -> status(store, "replica-1") == Status.DOWN);
        });
    }

    @Test
    void hung() throws Exception {
        noReadFails((replica, store) -> {
            replica.hang();
            until("it is down", () -> status(store, "replica-1") == Status.DOWN);
            replica.resume();
            until("it is back", () -> status(store, "replica-1") == Status.REPLICA);
        });
    }

    @Test
    void loading() throws Exception {
        noReadFails((replica, store) -> {
            replica.startLoading();
            until("it is not ready", () -> status(store, "replica-1") == Status.DOWN);
        });
    }

    @Test
    void refusing_to_serve_without_its_primary() throws Exception {
        noReadFails((replica, store) -> {
            replica.command("CONFIG", "SET", "replica-serve-stale-data", "no");
            replica.cutReplication();
            until("it is out", () -> status(store, "replica-1") == Status.DOWN);
        });
    }

    @Test
    void restarted_without_data_while_there_is_no_primary() throws Exception {
        noReadFails((replica, store) -> {
            redis.node("main").kill();
            replica.kill();
            until("it is down", () -> status(store, "replica-1") == Status.DOWN);
            replica.start();
            until(
                    "it says why it does not serve",
                    () -> store.topology()
                            .node("replica-1")
                            .flatMap(NodeView::failure)
                            .filter(failure -> failure.cause().contains("it has no data yet"))
                            .isPresent());
        });
    }

    @Test
    void out_of_touch_with_its_primary() throws Exception {
        Queue<Change> changes = new ConcurrentLinkedQueue<>();
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            var unused = stack.subscribe(event -> changes.add(event.change()));
            RedisNode replica = redis.node("replica-1");
            replica.cutReplication();
            until(
                    "it gets no reads",
                    () -> Stacks.health(stack, "replica-1")
                            .reason()
                            .filter(reason -> reason.contains("master_link_status:down"))
                            .isPresent());
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            long before = Stacks.calls(replica, "get");
            for (int i = 0; i < 100; i++) {
                commands.get("faults");
            }
            assertThat(Stacks.calls(replica, "get")).isEqualTo(before);
            until("it is reported", () -> changes.contains(new Change.ReplicaUnlinked("replica-1", "main")));
            redis.heal();
            until("its return is reported", () -> changes.contains(new Change.ReplicaLinked("replica-1")));
            assertThat(changes)
                    .filteredOn(Change.ReplicaUnlinked.class::isInstance)
                    .hasSize(1);
        }
    }

    /** Its own link is up, and nothing comes over it: of that it says nothing before {@code repl-timeout} is over. */
    @Test
    void following_a_replica_that_is_out_of_touch_with_the_primary() throws Exception {
        Queue<Change> changes = new ConcurrentLinkedQueue<>();
        RedisNode above = redis.node("replica-1");
        RedisNode below = redis.node("replica-2");
        below.command("CONFIG", "SET", "repl-timeout", "600");
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.reads.max-lag", "10m"))) {
            var unused = stack.subscribe(event -> changes.add(event.change()));
            below.command("REPLICAOF", "127.0.0.1", Integer.toString(above.port()));
            until(
                    "it follows the other",
                    () -> String.valueOf(below.command("INFO", "replication")).contains("master_link_status:up")
                            && String.valueOf(above.command("INFO", "replication"))
                                    .contains("connected_slaves:1"));
            until("all is well", () -> stack.health().health() == Health.UP);

            above.cutReplication();
            until(
                    "health says why it gets no reads",
                    () -> Stacks.health(stack, "replica-2")
                            .reason()
                            .filter(reason -> reason.startsWith(
                                    "gets no reads: replica-1, which it follows, has lost its primary"))
                            .isPresent());
            assertThat(String.valueOf(below.command("INFO", "replication"))).contains("master_link_status:up");
            until("it is reported", () -> changes.contains(new Change.ReplicaUnlinked("replica-2", "main")));

            redis.heal();
            until("its return is reported", () -> changes.contains(new Change.ReplicaLinked("replica-2")));
        } finally {
            below.command("CONFIG", "SET", "repl-timeout", "5");
        }
    }

    @Test
    void without_replicas_reads_go_to_the_primary() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            redis.node("replica-1").kill();
            redis.node("replica-2").kill();
            RedisCommands<String, String> commands = store.connection().sync();
            commands.set("faults", "primary");
            assertThat(commands.get("faults")).isEqualTo("primary");
            until(
                    "health says so",
                    () -> stack.health().stores().get(0).nodes().stream()
                                    .filter(node -> node.role() == Status.DOWN)
                                    .map(NodeHealth::node)
                                    .count()
                            == 2);
        }
    }
}
