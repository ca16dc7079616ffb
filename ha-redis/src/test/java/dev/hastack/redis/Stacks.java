package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the tests against real servers share. */
final class Stacks {
    /** Probes so seldom, and so patient, that nothing is found by them unless somebody asks for one. */
    static final Map<String, String> FAR_PROBES =
            Map.of("ha.probe.interval", "5m", "ha.probe.timeout", "4m", "ha.redis.reads.max-lag", "10m");

    private Stacks() {}

    /** Opens a stack on these servers, with these settings on top of their own, and waits until it is ready. */
    static HaStack ready(RedisReplication redis, Map<String, String> settings) {
        HaStack stack = open(redis, settings);
        assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                .as("ready: %s", stack.health())
                .isTrue();
        return stack;
    }

    static HaStack open(RedisReplication redis, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(redis.properties());
        // Patient, since a machine that builds may be busy: what hangs here hangs for good.
        all.put("ha.probe.timeout", "900ms");
        all.put("ha.redis.command-timeout", "5s");
        all.putAll(settings);
        return HaStack.open(StackConfig.of(all));
    }

    static Status status(HaRedis redis, String node) {
        return redis.topology().node(node).map(NodeView::status).orElse(Status.UNKNOWN);
    }

    /** The node as health has it. */
    static NodeHealth health(HaStack stack, String node) {
        return stack.health().store("redis").node(node).orElseThrow();
    }

    /** Waits until the haste of probes after a change is over, in which everything would be found by itself. */
    static void untilCalm(HaRedis redis) throws Exception {
        until(
                "it is calm",
                () -> redis.topology().nodes().values().stream()
                        .allMatch(node -> node.since().isBefore(Instant.now().minusMillis(1_200))));
    }

    /** How often the node has done this command, for whomever. */
    static long calls(RedisNode node, String command) {
        return statistic(node, "commandstats", "cmdstat_" + command + ":calls=(\\d+)");
    }

    /** The first number that the pattern's group finds in this section of INFO; 0 if it finds none. */
    static long statistic(RedisNode node, String section, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(String.valueOf(node.command("INFO", section)));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** Runs it on a thread of its own, for a call that is meant to wait. */
    static <T> CompletableFuture<T> inBackground(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(call.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                "caller");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** What a test waits for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("gave up waiting until %s", what).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
