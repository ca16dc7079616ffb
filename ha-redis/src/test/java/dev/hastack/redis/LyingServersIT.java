package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.Lie;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.RepeatedCalls;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All servers say something else than they should, or nothing at all: no caller is stuck, and each is served once they are honest. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1"}))
class LyingServersIT {
    /** Many times what the settings here allow; a caller that is stuck waits for ever. */
    static final Duration AT_MOST = Duration.ofSeconds(20);

    private final RedisReplication redis;

    LyingServersIT(RedisReplication redis) {
        this.redis = redis;
    }

    static Stream<Lie> lies() {
        return Stream.concat(
                Lie.ofNoProtocol().stream(),
                Stream.of(
                        Lie.OF_HTTP,
                        Lie.OF_POSTGRESQL,
                        new Lie("errors without end", "-ERR no\r\n", Lie.Then.AGAIN),
                        new Lie("half a value", "$10\r\nhalf", Lie.Then.SILENCE),
                        new Lie("half a value and the end", "$10\r\nhalf", Lie.Then.END),
                        new Lie("a length beyond all", "$99999999999999999999\r\n", Lie.Then.SILENCE),
                        new Lie("depths without end", "*2\r\n", Lie.Then.AGAIN),
                        new Lie("a value without end", "$2000000000\r\n", Lie.Then.AGAIN),
                        new Lie("success, whatever was asked", "+OK\r\n", Lie.Then.SILENCE)));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void leave_no_caller_waiting(Lie lie) throws Exception {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.writes.wait", "500ms");
        settings.put("ha.redis.reads.wait", "500ms");
        settings.put("ha.redis.connect-timeout", "500ms");
        settings.put("ha.redis.command-timeout", "500ms");
        settings.put("ha.probe.timeout", "300ms");
        HaStack stack = Stacks.ready(redis, settings);
        HaRedis store = stack.get(HaRedis.class);
        try (RepeatedCalls calls = new RepeatedCalls(calls(store))) {
            calls.awaitSuccesses(5);

            redis.nodes().forEach(node -> node.proxied().lie(lie));

            calls.awaitFailures(3);
            for (RedisNode node : redis.nodes()) {
                until(
                        node.id() + " is told as one that does not serve",
                        () -> Stacks.health(stack, node.id()).health() == Health.DOWN);
            }
            redis.nodes().forEach(node -> node.proxied().heal());
            calls.awaitSuccesses(5);
            assertThat(calls.longest()).isLessThan(AT_MOST);
            assertThat(calls.failures()).allSatisfy(e -> assertThat(e).isInstanceOf(RedisException.class));
        } finally {
            redis.nodes().forEach(node -> node.proxied().heal());
            stack.close(Duration.ZERO);
        }
    }

    private static Map<String, Callable<?>> calls(HaRedis store) {
        RedisCommands<String, String> shared = store.connection().sync();
        RedisCommands<String, String> idempotent = store.idempotent().sync();
        RedisCommands<String, String> primary = store.primary().sync();
        return Map.of(
                "write",
                () -> shared.set("lies", "1"),
                "read",
                () -> shared.get("lies"),
                "read of the primary",
                () -> primary.get("lies"),
                "count",
                () -> shared.incr("lied"),
                "idempotent write",
                () -> idempotent.set("lies", "2"),
                "durable write",
                () -> store.durable(Durability.replicas(1)).write(commands -> commands.incr("durable")),
                "own connection",
                () -> ownConnection(store));
    }

    private static Object ownConnection(HaRedis store) {
        try (StatefulRedisConnection<String, String> own = store.dedicated()) {
            return own.sync().ping();
        }
    }
}
