package dev.hastack.redis;

import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Commands come faster than a node answers, or than one is found: what is kept is bounded. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class OverloadIT {
    private final RedisReplication redis;

    OverloadIT(RedisReplication redis) {
        this.redis = redis;
    }

    private static List<RedisFuture<String>> set(RedisAsyncCommands<String, String> commands, int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> commands.set("overload:" + i, "value"))
                .toList();
    }

    private static void assertThatRefused(RedisFuture<String> write, String setting) {
        assertThatThrownBy(() -> write.get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RedisOverloadedException.class)
                .hasMessageContaining("SET: not sent")
                .hasMessageContaining("as many as " + setting + " allows");
    }

    @Test
    void no_more_than_max_in_flight_is_sent_to_a_node_that_does_not_answer() throws Exception {
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.max-in-flight", "10");
        HaStack stack = Stacks.ready(redis, settings);
        try {
            HaRedis store = stack.get(HaRedis.class);
            Stacks.untilCalm(store);
            redis.node("main").hang();
            List<RedisFuture<String>> writes = set(store.connection().async(), 50);

            writes.subList(10, 50).forEach(write -> assertThatRefused(write, "ha.redis.max-in-flight"));
            redis.node("main").resume();
            for (RedisFuture<String> write : writes.subList(0, 10)) {
                // Sent, so that it is done, whether or not its answer came in time.
                assertThat(write.handle((done, error) -> error == null || error instanceof RedisOutcomeUnknownException)
                                .toCompletableFuture()
                                .get(60, TimeUnit.SECONDS))
                        .isTrue();
            }
        } finally {
            stack.close(Duration.ZERO);
        }
    }

    @Test
    void a_read_that_the_primary_has_no_share_left_for_says_so() throws Exception {
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.max-in-flight", "10");
        settings.put("ha.redis.reads.wait", "300ms");
        settings.put("ha.redis.command-timeout", "20s");
        HaStack stack = Stacks.ready(redis, settings);
        try {
            HaRedis store = stack.get(HaRedis.class);
            for (String replica : List.of("replica-1", "replica-2")) {
                redis.node(replica).kill();
                until(replica + " is seen down", () -> status(store, replica) == Status.DOWN);
            }
            Stacks.untilCalm(store);
            redis.node("main").hang();
            List<RedisFuture<String>> reads = IntStream.range(0, 10)
                    .mapToObj(i -> store.connection().async().get("overload:" + i))
                    .toList();

            for (RedisFuture<String> held : reads.subList(5, 10)) {
                assertThatThrownBy(() -> held.get(60, TimeUnit.SECONDS))
                        .hasMessageContaining("within 300 ms")
                        .hasMessageContaining("main serves as many reads in place of replicas as"
                                + " ha.redis.reads.primary-share allows");
            }
        } finally {
            redis.node("main").resume();
            stack.close(Duration.ZERO);
        }
    }

    @Test
    void no_more_than_max_waiting_wait_for_a_primary_and_those_are_done() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.max-waiting", "10", "ha.redis.writes.wait", "20s"))) {
            HaRedis store = stack.get(HaRedis.class);
            redis.node("main").kill();
            until("main is seen down", () -> status(store, "main") == Status.DOWN);
            List<RedisFuture<String>> writes = set(store.connection().async(), 50);

            writes.subList(10, 50).forEach(write -> assertThatRefused(write, "ha.redis.max-waiting"));
            redis.node("replica-1").promote();
            for (RedisFuture<String> write : writes.subList(0, 10)) {
                assertThat(write.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
            }
        }
    }

    @Test
    void ten_thousand_that_wait_for_a_primary_are_each_done_once_and_in_their_order() throws Exception {
        // As many as may wait by default, at a machine that may be busy.
        Map<String, String> patient = Map.of("ha.redis.writes.wait", "2m", "ha.redis.command-timeout", "1m");
        try (HaStack stack = Stacks.ready(redis, patient)) {
            HaRedis store = stack.get(HaRedis.class);
            redis.node("main").kill();
            until("main is seen down", () -> status(store, "main") == Status.DOWN);
            RedisAsyncCommands<String, String> commands = store.connection().async();
            List<RedisFuture<Long>> writes = LongStream.rangeClosed(1, 10_000)
                    .mapToObj(i -> commands.incr("held"))
                    .toList();
            assertThat(writes).noneMatch(RedisFuture::isDone);
            assertThat(Stacks.health(stack, "main").role()).isEqualTo(Status.DOWN);

            redis.node("replica-1").promote();

            for (int i = 0; i < writes.size(); i++) {
                assertThat(writes.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i + 1);
            }
            assertThat(redis.node("replica-1").command("GET", "held")).isEqualTo("10000");
        }
    }
}
