package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LMoveArgs;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.support.ConnectionPoolSupport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One connection for all threads: nothing that one of them does may bind it. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class SharedConnectionIT {
    private final RedisReplication redis;
    private HaStack stack;
    private StatefulRedisConnection<String, String> connection;
    private RedisCommands<String, String> commands;

    SharedConnectionIT(RedisReplication redis) {
        this.redis = redis;
    }

    @BeforeEach
    void open() {
        stack = Stacks.ready(redis, Map.of());
        connection = stack.get(HaRedis.class).connection();
        commands = connection.sync();
    }

    @AfterEach
    void close() {
        stack.close();
    }

    @Test
    void lettuces_pools_take_it_and_those_of_one_caller() throws Exception {
        HaRedis open = stack.get(HaRedis.class);
        for (Supplier<StatefulRedisConnection<String, String>> source :
                List.<Supplier<StatefulRedisConnection<String, String>>>of(open::connection, open::dedicated)) {
            try (GenericObjectPool<StatefulRedisConnection<String, String>> pool =
                    ConnectionPoolSupport.createGenericObjectPool(source, new GenericObjectPoolConfig<>())) {
                try (StatefulRedisConnection<String, String> pooled = pool.borrowObject()) {
                    assertThat(pooled.sync().set("pooled", "1")).isEqualTo("OK");
                }
                assertThat(pool.getNumIdle()).isEqualTo(1);
            }
        }
    }

    @Test
    void a_script_that_a_replica_does_not_know_is_run_at_the_primary() throws Exception {
        RedisCommands<String, String> primary =
                stack.get(HaRedis.class).primary().sync();
        primary.set("of-a-script", "1");
        String digest = primary.scriptLoad("return redis.call('GET', KEYS[1])");
        for (int i = 0; i < 20; i++) {
            assertThat(commands.<String>evalshaReadOnly(digest, ScriptOutputType.VALUE, new String[] {"of-a-script"}))
                    .isEqualTo("1");
        }
        assertThat(Stacks.calls(redis.node("main"), "evalsha_ro")).isPositive();
        assertThatThrownBy(() ->
                        commands.evalshaReadOnly("0".repeat(40), ScriptOutputType.VALUE, new String[] {"of-a-script"}))
                .isInstanceOf(RedisNoScriptException.class);
    }

    @SuppressWarnings("unchecked") // Of Lettuce's varargs.
    static Stream<Arguments> binding() {
        return Stream.of(
                binding("MULTI", RedisCommands::multi),
                binding("EXEC", RedisCommands::exec),
                binding("DISCARD", RedisCommands::discard),
                binding("WATCH", commands -> commands.watch("shared")),
                binding("UNWATCH", RedisCommands::unwatch),
                binding("SELECT", commands -> commands.select(1)),
                binding("AUTH", commands -> commands.auth("secret")),
                binding("BLPOP", commands -> commands.blpop(1, "shared")),
                binding("BLMOVE", commands -> commands.blmove("shared", "other", LMoveArgs.Builder.leftRight(), 1)),
                binding("BZPOPMIN", commands -> commands.bzpopmin(1, "shared")),
                binding(
                        "XREAD",
                        commands ->
                                commands.xread(XReadArgs.Builder.block(1000), XReadArgs.StreamOffset.latest("shared"))),
                binding("WAIT", commands -> commands.waitForReplication(1, 1)),
                binding("CLIENT", RedisCommands::clientId));
    }

    private static Arguments binding(String name, Function<RedisCommands<String, String>, ?> call) {
        return Arguments.of(name, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("binding")
    void refuses_what_would_bind_it_and_names_dedicated(String name, Function<RedisCommands<String, String>, ?> call) {
        assertThatThrownBy(() -> call.apply(commands))
                .isInstanceOf(RedisSharedConnectionException.class)
                .hasMessageContaining("HaRedis.dedicated()");
        assertThat(connection.isMulti()).isFalse();
        assertThat(commands.ping()).isEqualTo("PONG");
    }

    @Test
    void refuses_to_become_a_subscriber_and_names_pub_sub() {
        assertThatThrownBy(() -> commands.dispatch(
                        CommandType.SUBSCRIBE,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add("news")))
                .isInstanceOf(RedisSharedConnectionException.class)
                .hasMessageContaining("HaRedis.pubSub()");
        assertThatThrownBy(() -> connection.addListener(message -> {}))
                .isInstanceOf(RedisSharedConnectionException.class)
                .hasMessageContaining("HaRedis.pubSub()");
    }

    @Test
    void transactions_that_some_threads_try_change_nothing_for_the_others() throws Exception {
        HaRedis store = stack.get(HaRedis.class);
        commands.del("shared:count");
        AtomicLong counted = new AtomicLong();
        RedisCommands<String, String> primary = store.primary().sync();
        try (Callers transactions = new Callers("transaction", 4, () -> {
                    for (Runnable part : new Runnable[] {commands::multi, commands::exec, commands::discard}) {
                        assertThatThrownBy(part::run).isInstanceOf(RedisSharedConnectionException.class);
                    }
                });
                Callers others = new Callers("other", 4, () -> {
                    String key = "shared:" + ThreadLocalRandom.current().nextLong();
                    assertThat(commands.set(key, key)).isEqualTo("OK");
                    assertThat(primary.get(key)).isEqualTo(key);
                    assertThat(primary.mget(key, "shared:none"))
                            .containsExactly(KeyValue.just(key, key), KeyValue.empty("shared:none"));
                    assertThat(commands.del(key)).isEqualTo(1);
                    commands.incr("shared:count");
                    counted.incrementAndGet();
                })) {
            until(
                    "all have done much",
                    () -> (others.successes() > 300 && transactions.successes() > 300)
                            || !others.failures().isEmpty()
                            || !transactions.failures().isEmpty());
            assertThat(others.failures()).isEmpty();
            assertThat(transactions.failures()).isEmpty();
        }
        assertThat(primary.get("shared:count")).isEqualTo(Long.toString(counted.get()));
        assertThat(connection.isMulti()).isFalse();
    }

    @Test
    void closing_one_connection_leaves_the_others_open() {
        HaRedis store = stack.get(HaRedis.class);
        StatefulRedisConnection<String, String> other = store.connection();
        other.close();

        assertThatThrownBy(() -> other.sync().ping()).hasMessageContaining("closed");
        assertThat(commands.ping()).isEqualTo("PONG");
    }
}
