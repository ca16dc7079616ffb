package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.Lie;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RepeatedCalls;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** As {@link LyingServersIT}, of all nodes of a Redis Cluster. */
@Tag("slow")
@Timeout(600)
@ResourceLock("dev.hastack.testkit")
class LyingClusterIT {
    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(3, 0);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void heal() {
        cluster.heal();
    }

    @ParameterizedTest
    @MethodSource("dev.hastack.redis.LyingServersIT#lies")
    void leave_no_caller_waiting(Lie lie) throws Exception {
        try (ClusterProxies proxies = ClusterProxies.of(cluster)) {
            Map<String, String> settings = new HashMap<>(cluster.properties());
            settings.putAll(proxies.settings());
            settings.put("ha.redis.writes.wait", "500ms");
            settings.put("ha.redis.reads.wait", "500ms");
            settings.put("ha.redis.connect-timeout", "500ms");
            settings.put("ha.redis.command-timeout", "500ms");
            settings.put("ha.probe.timeout", "300ms");
            HaStack stack = HaStack.open(StackConfig.of(settings));
            try {
                until("it is ready: " + stack.health(), () -> stack.health().health() == Health.UP);
                List<RedisAdvancedClusterCommands<String, String>> connected = new ArrayList<>();
                // In half a second, which a busy machine may need.
                until("it is connected", () -> {
                    try {
                        return connected.add(
                                stack.get(HaRedisCluster.class).connection().sync());
                    } catch (RedisException e) {
                        return false;
                    }
                });
                lie(lie, stack, connected.get(0));
            } finally {
                cluster.nodes().forEach(node -> node.proxied().heal());
                stack.close(Duration.ZERO);
            }
        }
    }

    /** By its answers to callers nobody can tell: a value may be OK. */
    @Test
    void one_that_says_OK_to_all_is_asked_nothing_once_its_probe_has_heard_that() throws Exception {
        try (ClusterProxies proxies = ClusterProxies.of(cluster)) {
            Map<String, String> settings = new HashMap<>(cluster.properties());
            settings.putAll(proxies.settings());
            settings.put("ha.redis.writes.wait", "500ms");
            settings.put("ha.redis.reads.wait", "500ms");
            RedisNode liar = cluster.node("main-1");
            try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
                until("it is ready: " + stack.health(), () -> stack.health().health() == Health.UP);
                var connection = stack.get(HaRedisCluster.class).connection();
                RedisAdvancedClusterCommands<String, String> commands = connection.sync();
                String its = keyOf(0, 16_384 / 3);
                String others = keyOf(2 * 16_384 / 3 + 1, 16_384);
                commands.set(its, "true");
                commands.set(others, "true");

                liar.proxied().lie(new Lie("success", "+OK\r\n", Lie.Then.SILENCE));
                until(
                        "it is reported as one that does not serve",
                        () -> Stacks.health(stack, liar.id()).health() == Health.DOWN);

                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> commands.get(its)).isInstanceOf(RedisNoReplicaException.class);
                    assertThatThrownBy(() -> commands.set(its, "lost"))
                            .isInstanceOf(RedisNoPrimaryException.class)
                            .hasMessageContaining("main-1 DOWN");
                    assertThat(commands.get(others)).isEqualTo("true");
                }
                assertThatThrownBy(() -> connection
                                .getConnection("127.0.0.1", liar.proxied().port())
                                .sync()
                                .get(its))
                        .isInstanceOf(RedisException.class);
                liar.proxied().heal();
                until("it is believed again", () -> {
                    try {
                        return "true".equals(commands.get(its));
                    } catch (RedisException e) {
                        return false;
                    }
                });
            } finally {
                liar.proxied().heal();
            }
        }
    }

    /** A key of a slot from the one to below the other. */
    private static String keyOf(int from, int to) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "key-" + i)
                .filter(key -> SlotHash.getSlot(key) >= from && SlotHash.getSlot(key) < to)
                .findFirst()
                .orElseThrow();
    }

    private static void lie(Lie lie, HaStack stack, RedisAdvancedClusterCommands<String, String> commands)
            throws Exception {
        try (RepeatedCalls calls = new RepeatedCalls(calls(commands))) {
            calls.awaitSuccesses(5);

            cluster.nodes().forEach(node -> node.proxied().lie(lie));

            calls.awaitFailures(3);
            for (RedisNode node : cluster.nodes()) {
                until(
                        node.id() + " is reported as one that does not serve",
                        () -> Stacks.health(stack, node.id()).health() == Health.DOWN);
            }
            cluster.nodes().forEach(node -> node.proxied().heal());
            calls.awaitSuccesses(5);
            assertThat(calls.longest()).isLessThan(LyingServersIT.AT_MOST);
            assertThat(calls.failures()).allSatisfy(e -> assertThat(e).isInstanceOf(RedisException.class));
        }
    }

    private static Map<String, Callable<?>> calls(RedisAdvancedClusterCommands<String, String> commands) {
        return Map.of(
                "write",
                () -> commands.set("lies", "1"),
                "read",
                () -> commands.get("lies"),
                "count",
                () -> commands.incr("lied"),
                "read of many slots",
                () -> commands.mget("a", "b", "c"));
    }
}
