package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The primary hangs, Sentinel promotes a replica, and the old primary wakes up. */
@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica-1", "replica-2"},
                        sentinels = 3))
class HungPrimaryIT {
    private final RedisReplication redis;

    HungPrimaryIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void is_left_for_its_successor_and_acknowledges_nothing_when_it_wakes_up() throws Exception {
        RedisNode main = redis.node("main");
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.del("hung");
            Set<String> acknowledged;
            try (Callers readers = new Callers("reader", 2, () -> commands.scard("hung"));
                    Writers writers = new Writers(commands, 2, "hung")) {
                until("there is load", () -> writers.acknowledged().size() > 200 && readers.successes() > 200);

                main.hang();
                redis.awaitPrimaryOtherThan(main, Duration.ofSeconds(60));
                int before = writers.acknowledged().size();
                until("writes resume", () -> writers.acknowledged().size() > before + 200);
                main.resume();
                until("the old one is judged", () -> status(store, "main") != Status.DOWN);
                assertThat(status(store, "main")).isNotEqualTo(Status.PRIMARY);
                int woken = writers.acknowledged().size();
                until("writes go on", () -> writers.acknowledged().size() > woken + 200);

                acknowledged = Set.copyOf(writers.acknowledged());
                assertThat(writers.failures())
                        .allSatisfy(error -> assertThat(error).isInstanceOf(RedisOutcomeUnknownException.class));
                assertThat(readers.failures()).as("failed reads").isEmpty();
            }
            assertThat(store.primary().sync().smembers("hung")).containsAll(acknowledged);
        }
    }

    @Test
    void frees_whoever_blocks_on_a_connection_of_its_own() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            StatefulRedisConnection<String, String> own = store.dedicated();
            CompletableFuture<KeyValue<String, String>> blocked =
                    inBackground(() -> own.sync().blpop(60, "hung:none"));
            RedisNode main = redis.node("main");
            until("it blocks", () -> Stacks.statistic(main, "clients", "blocked_clients:(\\d+)") > 0);

            main.hang();

            assertThatThrownBy(() -> blocked.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(RedisException.class);
        }
    }
}
