package dev.hastack.redis;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.testkit.CallingProgram;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** Thirty threads that call Redis, or a Redis Cluster, in a JVM that its test stops. */
final class StoppedProgram {
    /** Of each kind of call. */
    private static final int REPLICATED = 6;

    private static final int CLUSTER = 15;

    private StoppedProgram() {}

    /** Runs on the settings that are its system properties. */
    public static void main(String[] arguments) throws Exception {
        StackConfig config = StackConfig.of(CallingProgram.settings());
        boolean cluster = config.redis().orElseThrow().cluster();
        try (HaStack stack = HaStack.open(config)) {
            if (!stack.awaitReady(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not ready: " + stack.health());
            }
            if (cluster) {
                CallingProgram.run(
                        calls(stack.get(HaRedisCluster.class).connection().sync()), CLUSTER, () -> wrong(stack));
            } else {
                CallingProgram.run(calls(stack.get(HaRedis.class)), REPLICATED, () -> wrong(stack));
            }
        }
    }

    private static Map<String, Callable<?>> calls(HaRedis redis) {
        Map<String, Callable<?>> calls = calls(redis.connection().sync());
        RedisCommands<String, String> idempotent = redis.idempotent().sync();
        calls.put("idempotent set", () -> idempotent.set("stopped:set", "1"));
        DurableWrites<String, String> durable = redis.durable(Durability.replicas(1));
        calls.put("durable write", () -> durable.write(write -> write.incr("stopped:durable")));
        Map<Thread, StatefulRedisConnection<String, String>> own = new ConcurrentHashMap<>();
        calls.put(
                "own connection",
                () -> own.computeIfAbsent(Thread.currentThread(), any -> redis.dedicated())
                        .sync()
                        .incr("stopped:own"));
        return calls;
    }

    private static Map<String, Callable<?>> calls(RedisClusterCommands<String, String> commands) {
        Map<String, Callable<?>> calls = new LinkedHashMap<>();
        calls.put("read", () -> commands.get("stopped:read"));
        calls.put("write", () -> commands.incr("stopped:write"));
        return calls;
    }

    /** Open breakers; of nodes that are not UP the log tells. */
    private static List<String> wrong(HaStack stack) {
        return stack.health().stores().stream()
                .flatMap(store -> store.nodes().stream())
                .filter(NodeHealth::breakerOpen)
                .map(node -> "the breaker of " + node.node() + " is open")
                .toList();
    }
}
