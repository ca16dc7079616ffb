package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What becomes of a command whose node refuses it, or whose answer does not come. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class OutcomeIT {
    private final RedisReplication redis;

    OutcomeIT(RedisReplication redis) {
        this.redis = redis;
    }

    private HaStack behindProxies() {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.command-timeout", "400ms");
        HaStack stack = HaStack.open(StackConfig.of(settings));
        assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
        return stack;
    }

    @Test
    void a_write_whose_answer_is_lost_is_told_as_unknown_and_done_once() throws Exception {
        RedisNode main = redis.node("main");
        try (HaStack stack = behindProxies()) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            until("it is written in time", () -> "OK".equals(answer(() -> commands.set("outcome", "0"))));

            main.proxied().blackHole(FaultProxy.Direction.TO_CLIENT);
            assertThatThrownBy(() -> commands.incr("outcome"))
                    .isInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageStartingWith("INCR: ");
            main.proxied().heal();

            until(
                    "main leads again",
                    () -> "PONG"
                            .equals(answer(() ->
                                    stack.get(HaRedis.class).primary().sync().ping())));
            assertThat(main.command("GET", "outcome")).isEqualTo("1");
        }
    }

    /** Empty if it came too late, as it may on a busy machine. */
    private static String answer(Supplier<String> command) {
        try {
            return command.get();
        } catch (RuntimeException e) {
            return "";
        }
    }

    @Test
    void a_write_that_may_be_done_twice_is_sent_again_after_its_answer_was_lost() throws Exception {
        RedisNode main = redis.node("main");
        try (HaStack stack = HaStack.open(StackConfig.of(redis.proxiedProperties()))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).idempotent().sync();
            commands.set("outcome", "before");
            long before = Stacks.calls(main, "set");

            main.proxied().blackHole(FaultProxy.Direction.TO_CLIENT);
            CompletableFuture<String> again = inBackground(() -> commands.set("outcome", "after"));
            until("it is done", () -> Stacks.calls(main, "set") == before + 1);
            main.proxied().cut();
            main.proxied().heal();

            assertThat(again.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
            assertThat(Stacks.calls(main, "set")).isEqualTo(before + 2);
        }
    }

    @Test
    void a_write_that_a_demoted_primary_refuses_is_done_by_its_successor() throws Exception {
        RedisNode main = redis.node("main");
        RedisNode next = redis.node("replica-1");
        try (HaStack stack = Stacks.ready(redis, Stacks.FAR_PROBES)) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("outcome", "0");
            Stacks.untilCalm(stack.get(HaRedis.class));
            long refused = rejected(main);
            next.promote();
            main.follow(next);

            // No probe has told of it: the first that comes is refused by main.
            assertThat(commands.incr("outcome")).isEqualTo(1);
            assertThat(next.command("GET", "outcome")).isEqualTo("1");
            assertThat(rejected(main)).isEqualTo(refused + 1);
        }
    }

    private static long rejected(RedisNode node) {
        return Stacks.statistic(node, "commandstats", "cmdstat_incr:.*rejected_calls=(\\d+)");
    }
}
