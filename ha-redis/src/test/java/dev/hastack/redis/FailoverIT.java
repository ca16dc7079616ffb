package dev.hastack.redis;

import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The primary dies, and Sentinel promotes a replica. */
@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica-1", "replica-2"},
                        sentinels = 3))
class FailoverIT {
    private final RedisReplication redis;

    FailoverIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void writes_resume_at_the_promoted_replica_no_acknowledged_write_is_lost_and_no_read_fails() throws Exception {
        RedisNode main = redis.node("main");
        // On a busy machine the promoted one may be silent for longer than half a second, and lose writes to the next.
        redis.sentinels()
                .forEach(sentinel -> sentinel.command(
                        "SENTINEL", "SET", RedisReplication.SENTINEL_MASTER, "down-after-milliseconds", "4000"));
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.del("failover");
            Set<String> acknowledged;
            RedisNode promoted;
            try (Callers readers = new Callers("reader", 4, () -> commands.scard("failover"));
                    Writers writers = new Writers(commands, 4, "failover")) {
                until(
                        "there is load",
                        () -> readers.successes() > 500
                                && writers.acknowledged().size() > 500);

                main.kill();
                promoted = redis.awaitPrimaryOtherThan(main, Duration.ofSeconds(60));
                int before = writers.acknowledged().size();
                until("writes resume", () -> writers.acknowledged().size() > before + 500);

                acknowledged = Set.copyOf(writers.acknowledged());
                // Those that were under way; every other caller waited.
                assertThat(writers.failures())
                        .hasSizeLessThanOrEqualTo(4)
                        .allSatisfy(error -> assertThat(error).isInstanceOf(RedisOutcomeUnknownException.class));
                assertThat(readers.failures()).as("failed reads").isEmpty();
            }
            assertThat(store.primary().sync().smembers("failover")).containsAll(acknowledged);
            assertThat(status(store, promoted.id())).isEqualTo(Status.PRIMARY);
            assertThat(status(store, "main")).isEqualTo(Status.DOWN);
            assertThat(stack.health().health()).isEqualTo(Health.DEGRADED);
        }
    }
}
