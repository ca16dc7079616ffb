package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Kind;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Answers that take longer than a read is waited for before another node is asked, too. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica"}))
class SlowNodesIT {
    private static final Duration SLOW = Duration.ofMillis(300);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    /** Each way, so that an answer takes almost twice as long as a probe may. */
    private static final Duration SLOWER = Duration.ofMillis(450);

    private final RedisReplication redis;

    SlowNodesIT(RedisReplication redis) {
        this.redis = redis;
    }

    private HaStack open() {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.command-timeout", "30s");
        settings.put("ha.redis.reads.reroute-after", "400ms");
        return Stacks.ready(redis, settings);
    }

    private static boolean broken(HaStack stack) {
        return stack.health().stores().get(0).nodes().stream().anyMatch(NodeHealth::breakerOpen);
    }

    @Test
    void where_all_are_slow_none_is_to_blame() {
        try (HaStack stack = open()) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("slow", "all");
            redis.nodes().stream().map(RedisNode::proxied).forEach(proxy -> proxy.delay(SLOW));
            for (int i = 0; i < 10; i++) {
                commands.get("slow");
                assertThat(broken(stack))
                        .as("after read %d: %s", i, stack.health())
                        .isFalse();
            }
        } finally {
            redis.nodes().stream().map(RedisNode::proxied).forEach(FaultProxy::heal);
        }
    }

    /** To connect takes several times as long, and longer than a connect may. */
    @Test
    void where_all_are_slower_than_a_probe_may_be_none_is_down() throws Exception {
        Queue<TopologyEvent> events = new ConcurrentLinkedQueue<>();
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.command-timeout", "30s");
        settings.put("ha.probe.timeout", TIMEOUT.toMillis() + "ms");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.set("slow", "before");
            Stacks.untilCalm(store);
            var unused = stack.subscribe(events::add);
            redis.nodes().stream().map(RedisNode::proxied).forEach(proxy -> proxy.delay(SLOWER));
            Map<String, Set<Instant>> late = new HashMap<>();
            until("each has answered eight probes late", () -> {
                assertThat(events.stream().map(Object::toString))
                        .noneMatch(event -> event.contains("kind=" + Kind.HUNG));
                store.topology().nodes().values().stream()
                        .filter(node -> node.rtt().compareTo(TIMEOUT) > 0)
                        .forEach(node -> node.answeredAt()
                                .ifPresent(at -> late.computeIfAbsent(node.node(), any -> new HashSet<>())
                                        .add(at)));
                return late.size() == 2 && late.values().stream().allMatch(times -> times.size() >= 8);
            });
            assertThat(commands.set("slow", "after")).isEqualTo("OK");
            assertThat(commands.get("slow")).isIn("before", "after");
        } finally {
            redis.nodes().stream().map(RedisNode::proxied).forEach(FaultProxy::heal);
        }
    }

    @Test
    void where_one_is_slow_another_gets_its_reads_and_a_few_give_them_back() throws Exception {
        try (HaStack stack = open()) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("slow", "one");
            redis.node("replica").proxied().delay(SLOW);
            until("it is left", () -> {
                commands.get("slow");
                return Stacks.health(stack, "replica").breakerOpen();
            });
            assertThat(Stacks.health(stack, "main").breakerOpen()).isFalse();
            until("it says when it is tried again", () -> {
                commands.get("slow");
                return Stacks.health(stack, "replica").reason().orElse("").matches(".*tried again in \\d+ ms");
            });

            redis.node("replica").proxied().heal();
            until(
                    "its time is over, whoever asks",
                    () -> Stacks.health(stack, "replica").health() == Health.UP);
            long before = Stacks.calls(redis.node("replica"), "get");
            for (int i = 0; i < 3; i++) {
                commands.get("slow");
            }
            assertThat(Stacks.calls(redis.node("replica"), "get")).isEqualTo(before + 3);
            assertThat(Stacks.health(stack, "replica").health()).isEqualTo(Health.UP);
        } finally {
            redis.node("replica").proxied().heal();
        }
    }
}
