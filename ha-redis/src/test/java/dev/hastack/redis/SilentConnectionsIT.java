package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a connection nothing comes for longer than an answer takes, and yet nothing has forgotten it. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1"}))
class SilentConnectionsIT {
    /** Longer than a connection is silent before its node is asked about it, with a command-timeout of 5 s or more. */
    private static final Duration LONG = Duration.ofSeconds(2);
    /** The bytes of a second. */
    private static final int SLOW = 150_000;

    private final RedisReplication redis;
    private final RedisNode main;

    SilentConnectionsIT(RedisReplication redis) {
        this.redis = redis;
        this.main = redis.node("main");
    }

    private HaStack behindProxies(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(redis.proxiedProperties());
        all.putAll(settings);
        return Stacks.ready(redis, all);
    }

    @AfterEach
    void heal() {
        main.proxied().heal();
        main.command("CLIENT", "UNPAUSE");
    }

    @Test
    void a_login_whose_answer_takes_longer_than_a_command_may_has_its_connect_timeout() throws Exception {
        try (HaStack stack = behindProxies(Map.of("ha.redis.connect-timeout", "30s"))) {
            HaRedis store = stack.get(HaRedis.class);
            // The probe's flow is as quick as before: by that the node is known to answer.
            main.proxied().delay(LONG.dividedBy(2));
            assertThat(main.proxied().spare(flow -> true)).isPositive();

            try (StatefulRedisConnection<String, String> own = store.dedicated()) {
                main.proxied().heal();
                assertThat(own.sync().incr("login")).isEqualTo(1);
            }
        }
    }

    @Test
    void a_command_that_is_long_on_its_way_is_waited_for_and_costs_no_other_caller_anything() throws Exception {
        try (HaStack stack = behindProxies(Map.of("ha.redis.command-timeout", "60s"));
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("long", "short");
            own.sync().ping();
            String value = "x".repeat(4 * SLOW);
            main.proxied().throttle(SLOW);

            CompletableFuture<String> shared = inBackground(() -> commands.set("long", value));
            CompletableFuture<String> alone = inBackground(() -> own.sync().set("long too", value));
            CompletableFuture<Long> other = inBackground(() -> commands.incr("other"));

            assertThat(shared.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
            assertThat(alone.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
            assertThat(other.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void a_flow_that_is_forgotten_in_the_middle_of_a_command_is_found_all_the_same() throws Exception {
        try (HaStack stack = behindProxies(Map.of("ha.redis.command-timeout", "60s"))) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("cut off", "1");
            main.proxied().throttle(SLOW);
            CompletableFuture<String> lost = inBackground(() -> commands.set("cut off", "x".repeat(100 * SLOW)));
            until(
                    "a part has come",
                    () -> String.valueOf(main.command("CLIENT", "LIST"))
                            .lines()
                            .anyMatch(line -> line.contains(" name=ha-stack") && !line.contains(" qbuf=0 ")));

            main.proxied().forget();

            assertThat(lost.handle((answer, error) -> error).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(RedisOutcomeUnknownException.class);
        }
    }

    /** As while a server is about to hand over to another one: CLIENT PAUSE … WRITE. */
    @Test
    void writes_that_a_server_holds_back_are_waited_for_and_so_are_reads_behind_them() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.command-timeout", "60s"))) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.primary().sync();
            commands.set("paused", "1");
            main.command("CLIENT", "PAUSE", String.valueOf(LONG.multipliedBy(2).toMillis()), "WRITE");

            CompletableFuture<Long> write = inBackground(() -> commands.incr("paused"));
            CompletableFuture<String> read = inBackground(() -> commands.get("paused"));

            assertThat(write.get(60, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(read.get(60, TimeUnit.SECONDS)).isIn("1", "2");
        }
    }
}
