package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Node;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** There is one node, which writes and reads go to. */
@HaStackTest(redis = @Redis(nodes = "only"))
class SingleNodeIT {
    private final RedisReplication redis;
    private final RedisNode only;

    SingleNodeIT(RedisReplication redis, @Node("only") RedisNode only) {
        this.redis = redis;
        this.only = only;
    }

    @Test
    void it_takes_writes_and_reads_and_nothing_is_missing() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("single", "1");
            assertThat(commands.get("single")).isEqualTo("1");
            assertThat(stack.health().health()).isEqualTo(Health.UP);
        }
    }

    /** There is no other node that could tell that it is not this machine that hears nothing. */
    @Test
    @Tag("slow")
    void flows_that_are_forgotten_with_that_of_its_probe_fail_no_caller_twice() throws Exception {
        try (HaStack stack = Stacks.ready(redis, redis.proxiedProperties())) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            Callers.failNoneTwice(
                    IntStream.range(0, 8)
                            .<Runnable>mapToObj(i ->
                                    i % 2 == 0 ? () -> commands.incr("caller-" + i) : () -> commands.get("caller-" + i))
                            .toList(),
                    () -> only.proxied().forget());
        }
    }

    @Test
    void writes_wait_for_its_restart_though_it_remembers_nothing() throws Exception {
        // The default fits a failover, and not a start on a busy machine.
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "1m"))) {
            HaRedis store = stack.get(HaRedis.class);
            for (int i = 0; i < 2; i++) {
                only.kill();
                until("it is down", () -> status(store, "only") == Status.DOWN);
                CompletableFuture<String> waiting =
                        inBackground(() -> store.connection().sync().set("single", "restarted"));

                only.start();

                assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
                assertThat(only.command("GET", "single")).isEqualTo("restarted");
                // Routes lead to it a moment before the topology says so.
                until("it leads again", () -> status(store, "only") == Status.PRIMARY);
            }
        }
    }
}
