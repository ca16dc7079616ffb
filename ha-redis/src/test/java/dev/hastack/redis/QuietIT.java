package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.RepeatedCalls;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What ha-stack does by itself is nothing for Lettuce and Netty to warn of. Alone, since all tests share their loggers. */
@Isolated
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class QuietIT {
    private final RedisReplication redis;

    QuietIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void closing_a_stack_of_a_cluster_says_nothing_of_terminated_executors() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 1);
                Said said = Said.by("io.netty", "io.lettuce", "reactor")) {
            cluster.node("replica-2-1").kill();
            for (int i = 0; i < 6; i++) {
                Map<String, String> settings = new HashMap<>(cluster.properties());
                settings.put("ha.probe.timeout", "900ms");
                HaStack stack = HaStack.open(StackConfig.of(settings));
                assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
                HaRedisCluster store = stack.get(HaRedisCluster.class);
                store.connection().sync().set("key-" + i, "1");
                store.pubSub().sync().subscribe("news");
                stack.close(Duration.ZERO);
            }
            assertThat(said.lines()).isEmpty();
        }
    }

    /** Of each attempt to look at the topology there was a warning for each node. */
    @Test
    void nodes_of_a_cluster_that_all_refuse_are_nothing_for_lettuce_to_warn_of() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 0)) {
            cluster.nodes().forEach(node -> node.kill());
            Map<String, String> settings = new HashMap<>(cluster.properties());
            settings.put("ha.probe.timeout", "900ms");
            settings.put("ha.redis.reads.wait", "500ms");
            try (Said said = Said.by("io.netty", "io.lettuce", "reactor");
                    Said ours = Said.by(Level.INFO, "dev.hastack.topology");
                    HaStack stack = HaStack.open(StackConfig.of(settings))) {
                HaRedisCluster store = stack.get(HaRedisCluster.class);
                until("all are down", () -> stack.health().toString().split("Connection refused", -1).length > 3);
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(store::connection)
                            .isInstanceOf(RedisNoReplicaException.class)
                            .hasMessageContaining("Connection refused");
                }
                assertThat(said.lines()).isEmpty();
                assertThat(ours.lines()).hasSizeLessThan(4);

                cluster.heal();

                until("it serves", () -> {
                    try {
                        return "OK".equals(store.connection().sync().set("quiet", "1"));
                    } catch (RuntimeException e) {
                        return false;
                    }
                });
            }
        }
    }

    /** Lettuce warned of each look at the topology and, node by node, of each attempt to connect again. */
    @Tag("slow")
    @Test
    void nodes_of_a_cluster_that_die_or_hang_are_nothing_for_lettuce_to_warn_of() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 1);
                Said said = Said.by("io.netty", "io.lettuce", "reactor");
                Said again = Said.by(
                        Level.INFO,
                        "io.lettuce.core.protocol.ConnectionWatchdog",
                        "io.lettuce.core.protocol.ReconnectionHandler");
                Said ours = Said.by(Level.INFO, "dev.hastack.topology")) {
            try (HaStack stack = HaStack.open(StackConfig.of(cluster.properties()))) {
                until("all is well", () -> stack.health().health() == Health.UP);
                HaRedisCluster store = stack.get(HaRedisCluster.class);
                store.pubSub().sync().subscribe("news");
                RedisAdvancedClusterCommands<String, String> commands =
                        store.connection().sync();
                try (RepeatedCalls calls = new RepeatedCalls(Map.of(
                        "writes of all shards",
                        () -> commands.mset(Map.of("a", "1", "b", "2", "c", "3")),
                        "reads of all shards",
                        () -> commands.mget("a", "b", "c")))) {
                    calls.awaitSuccesses(5);
                    for (Consumer<RedisNode> fault : List.<Consumer<RedisNode>>of(RedisNode::kill, RedisNode::hang)) {
                        for (String id : List.of("main-1", "replica-2-1")) {
                            int before = ours.lines().size();
                            fault.accept(cluster.node(id));
                            until(
                                    id + " is missed",
                                    () -> Stacks.health(stack, id).health() == Health.DOWN);
                            long missed = System.nanoTime();
                            until("it is asked for a while", () -> System.nanoTime() - missed > 5_000_000_000L);
                            assertThat(store.connection().sync().ping()).isEqualTo("PONG");
                            cluster.heal();
                            until("all is well again", () -> stack.health().health() == Health.UP);
                            assertThat(ours.lines().size() - before)
                                    .as("of %s: %s", id, String.join("\n", ours.lines()))
                                    .isLessThanOrEqualTo(15);
                        }
                    }
                    calls.awaitSuccesses(5);
                }
            }
            assertThat(said.lines()).isEmpty();
            assertThat(again.lines()).isEmpty();
        }
    }

    /** Each of them has two connections, and is asked several times a second while it is away. */
    @Test
    @Tag("slow")
    void sentinels_that_are_away_are_nothing_for_lettuce_to_warn_of() throws Exception {
        try (RedisReplication watched = RedisReplication.builder()
                        .node("main")
                        .node("replica-1")
                        .sentinels(3)
                        .start();
                HaStack stack = Stacks.ready(watched, Map.of());
                Said said = Said.by("io.netty", "io.lettuce", "reactor");
                Said ours = Said.by(Level.INFO, SentinelLog.class.getName())) {
            for (int i = 0; i < 3; i++) {
                watched.sentinels().forEach(sentinel -> sentinel.kill());
                until("all are missed", () -> summary(stack).contains("0 of 3 Sentinels answer"));
                long missed = System.nanoTime();
                until("they are asked for a while", () -> System.nanoTime() - missed > 3_000_000_000L);
                watched.heal();
                until("all answer", () -> summary(stack).contains("3 of 3 Sentinels answer"));
            }
            assertThat(said.lines()).isEmpty();
            assertThat(ours.count("does not answer"))
                    .as("each is missed: " + ours.lines())
                    .isEqualTo(9);
            assertThat(ours.lines())
                    .as("those that go in one round are one line when that begins, and one when it ends")
                    .hasSizeLessThan(18);
        }
    }

    private static String summary(HaStack stack) {
        return stack.health().store("redis").describe();
    }

    @Test
    void closing_with_nodes_down_says_nothing_of_terminated_executors() throws Exception {
        try (Said said = Said.by("io.netty", "io.lettuce", "reactor")) {
            for (int i = 0; i < 4; i++) {
                HaStack stack = Stacks.ready(redis, Map.of());
                HaRedis store = stack.get(HaRedis.class);
                store.pubSub().sync().subscribe("news");
                store.dedicated().sync().ping();
                redis.nodes().forEach(node -> node.kill());
                until(
                        "all are down",
                        () -> redis.nodes().stream().allMatch(node -> Stacks.status(store, node.id()) == Status.DOWN));

                stack.close(Duration.ZERO);

                redis.heal();
            }
            assertThat(said.lines()).isEmpty();
        }
    }

    private interface FromInside {
        /** Has the stack closed by somebody whom its store or its driver calls. */
        void close(HaStack stack, Runnable closing) throws Exception;
    }

    private void closes_quietly(FromInside caller) throws Exception {
        try (Said said = Said.by("io.netty", "io.lettuce", "reactor")) {
            for (int i = 0; i < 3; i++) {
                HaStack stack = Stacks.ready(redis, Map.of());
                CompletableFuture<Boolean> closed = new CompletableFuture<>();

                caller.close(stack, () -> closed.complete(stack.close(Duration.ZERO)));

                closed.get(60, TimeUnit.SECONDS);
                until(
                        "its threads have ended",
                        () -> Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("lettuce-")));
                redis.heal();
            }
            assertThat(said.lines()).isEmpty();
        }
    }

    @Test
    void closing_in_a_callback_of_a_command_says_nothing() throws Exception {
        closes_quietly((stack, closing) -> {
            RedisAsyncCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().async();
            var unused = commands.set("closing", "1").thenRun(closing);
            var unusedToo = commands.get("closing");
        });
    }

    @Test
    void closing_in_a_callback_of_a_connection_of_ones_own_says_nothing() throws Exception {
        closes_quietly((stack, closing) -> {
            RedisAsyncCommands<String, String> commands =
                    stack.get(HaRedis.class).dedicated().async();
            var unused = commands.set("closing", "1").thenRun(closing);
            var unusedToo = commands.get("closing");
        });
    }

    @Test
    void closing_in_a_listener_of_a_subscriber_says_nothing() throws Exception {
        closes_quietly((stack, closing) -> {
            StatefulRedisPubSubConnection<String, String> subscriber =
                    stack.get(HaRedis.class).pubSub();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    closing.run();
                }
            });
            subscriber.sync().subscribe("closing");
            redis.node("main").command("PUBLISH", "closing", "now");
        });
    }

    @Test
    void closing_in_a_callback_of_a_command_that_fails_says_nothing() throws Exception {
        closes_quietly((stack, closing) -> {
            RedisAsyncCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().async();
            redis.nodes().forEach(RedisNode::hang);
            var unused = commands.set("closing", "1").whenComplete((value, error) -> closing.run());
            redis.node("main").kill();
        });
    }

    @Test
    void closing_in_a_listener_of_the_topology_says_nothing() throws Exception {
        closes_quietly((stack, closing) -> {
            var unused = stack.subscribe(event -> {
                if (event.change() instanceof Change.NodeDown) {
                    closing.run();
                }
            });
            redis.node("replica-1").kill();
        });
    }

    @Test
    void a_subscriber_is_connected_again_after_an_outage_without_a_word_of_lettuces() throws Exception {
        try (Said said = Said.by("io.netty", "io.lettuce", "reactor");
                HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            StatefulRedisPubSubConnection<String, String> subscriber = store.pubSub();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(message);
                }
            });
            subscriber.sync().subscribe("news");
            for (int i = 0; i < 3; i++) {
                String news = "news " + i;
                redis.nodes().forEach(node -> node.kill());
                until(
                        "all are down",
                        () -> redis.nodes().stream().allMatch(node -> Stacks.status(store, node.id()) == Status.DOWN));
                redis.heal();
                until("it hears again", () -> {
                    var unused = store.connection().sync().publish("news", news);
                    return heard.contains(news);
                });
            }
            assertThat(said.lines()).isEmpty();
        }
    }

    @Test
    void a_connection_of_a_callers_own_may_be_closed_by_its_caller_after_it_was_closed_by_us() throws Exception {
        for (String prefix : List.of("", "one:")) {
            try (Said said = Said.by("io.netty", "io.lettuce", "reactor");
                    HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", prefix))) {
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated();
                redis.node("main").kill();
                until("it is closed", () -> own instanceof RedisChannelHandler<?, ?> known && known.isClosed());

                own.close();

                StatefulRedisPubSubConnection<String, String> subscriber =
                        stack.get(HaRedis.class).pubSub();
                redis.heal();
                stack.close(Duration.ZERO);
                subscriber.close();

                assertThat(said.lines()).isEmpty();
            }
        }
    }
}
