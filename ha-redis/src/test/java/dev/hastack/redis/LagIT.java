package dev.hastack.redis;

import static dev.hastack.redis.Stacks.calls;
import static dev.hastack.redis.Stacks.health;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A replica is in touch with its primary, and does not keep up. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class LagIT {
    private final RedisReplication redis;

    LagIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void a_replica_that_lags_too_far_behind_gets_no_reads_until_it_has_caught_up() throws Exception {
        RedisNode replica = redis.node("replica-1");
        // Under load the bound of a replica that keeps up is between nothing and twice the probes' interval.
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.reads.max-lag", "3s"))) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            try (Writers load = new Writers(commands, 1, "lag")) {
                until("there is load", () -> load.acknowledged().size() > 100);

                // Holds back what comes from its primary, too, and goes on answering.
                replica.command("CLIENT", "PAUSE", "60000", "WRITE");
                until(
                        "its lag is told",
                        () -> reason(stack).contains("gets no reads until its lag is half of max-lag"));
                assertThat(health(stack, "replica-1").role()).isEqualTo(Status.REPLICA);
                long before = calls(replica, "get");
                for (int i = 0; i < 100; i++) {
                    commands.get("lag:none");
                }
                assertThat(calls(replica, "get")).isEqualTo(before);

                replica.command("CLIENT", "UNPAUSE");
                until("it serves again", () -> {
                    commands.get("lag:none");
                    return calls(replica, "get") > before;
                });
            } finally {
                replica.command("CLIENT", "UNPAUSE");
            }
        }
    }

    private static String reason(HaStack stack) {
        return health(stack, "replica-1").reason().orElse("");
    }
}
