package dev.hastack.redis;

import static dev.hastack.redis.Stacks.calls;
import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which node a command reaches, as the nodes themselves count; and what it is told if there is none. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class RoutingIT {
    private final RedisReplication redis;
    private final RedisNode main;
    private final RedisNode first;
    private final RedisNode second;
    private HaStack stack;
    private HaRedis store;
    private RedisCommands<String, String> commands;

    RoutingIT(RedisReplication redis) {
        this.redis = redis;
        this.main = redis.node("main");
        this.first = redis.node("replica-1");
        this.second = redis.node("replica-2");
    }

    @BeforeEach
    void open() {
        open(Map.of());
    }

    private void open(Map<String, String> settings) {
        if (stack != null) {
            stack.close();
        }
        // What is late at one node would be counted at another as well.
        Map<String, String> all = new HashMap<>(Map.of("ha.redis.reads.reroute-after", "1m"));
        all.putAll(settings);
        stack = Stacks.ready(redis, all);
        store = stack.get(HaRedis.class);
        commands = store.connection().sync();
    }

    @AfterEach
    void close() {
        stack.close();
    }

    /** How many more calls each node has served since this was made. */
    private final class Count {
        private final String command;
        private final Map<RedisNode, Long> before = new HashMap<>();

        Count(String command) {
            this.command = command;
            redis.nodes().forEach(node -> before.put(node, calls(node, command)));
        }

        long at(RedisNode node) {
            return calls(node, command) - before.getOrDefault(node, 0L);
        }
    }

    private void get(int times) {
        for (int i = 0; i < times; i++) {
            commands.get("routing");
        }
    }

    /** Until no lag is unknown any more. */
    private void untilAllServe() throws Exception {
        until("all nodes serve", () -> stack.health().health() == Health.UP);
    }

    @Test
    void writes_go_to_the_primary_and_reads_to_both_replicas() throws Exception {
        untilAllServe();
        Count writes = new Count("set");
        Count reads = new Count("get");
        for (int i = 0; i < 20; i++) {
            commands.set("routing", "value");
        }
        get(60);

        assertThat(writes.at(main)).isEqualTo(20);
        assertThat(reads.at(main)).isZero();
        assertThat(reads.at(first)).isPositive();
        assertThat(reads.at(second)).isPositive();
        assertThat(reads.at(first) + reads.at(second)).isEqualTo(60);
    }

    @Test
    void reads_go_where_they_are_preferred() throws Exception {
        open(Map.of("ha.redis.reads.prefer", "primary"));
        Count atPrimary = new Count("get");
        get(20);
        assertThat(atPrimary.at(main)).isEqualTo(20);

        open(Map.of("ha.redis.reads.prefer", "any"));
        untilAllServe();
        Count anywhere = new Count("get");
        get(100);
        assertThat(redis.nodes())
                .allSatisfy(node -> assertThat(anywhere.at(node)).isPositive());
    }

    @Test
    void a_stack_reads_from_its_own_node_while_that_serves() throws Exception {
        open(Map.of("ha.stack", "delivery", "ha.redis.nodes.replica-2.stack", "delivery"));
        untilAllServe();
        Count reads = new Count("get");
        get(20);
        assertThat(reads.at(second)).isEqualTo(20);

        second.kill();
        until("replica-2 is seen down", () -> status(store, "replica-2") == Status.DOWN);
        get(20);
        assertThat(reads.at(first)).isEqualTo(20);
    }

    @Test
    void a_stack_does_not_read_from_the_node_of_another() throws Exception {
        open(Map.of("ha.stack", "editing", "ha.redis.nodes.replica-2.stack", "delivery"));
        untilAllServe();
        Count reads = new Count("get");
        get(20);
        assertThat(reads.at(first)).isEqualTo(20);
    }

    @Test
    void reads_go_to_the_primary_when_no_replica_is_left() throws Exception {
        commands.set("routing", "last");
        first.kill();
        second.kill();
        until(
                "replicas are seen down",
                () -> status(store, "replica-1") == Status.DOWN && status(store, "replica-2") == Status.DOWN);

        assertThat(commands.get("routing")).isEqualTo("last");
    }

    @Test
    void a_read_that_may_not_go_to_the_primary_is_told_which_nodes_there_are() throws Exception {
        open(Map.of("ha.redis.reads.fallback", "none", "ha.redis.reads.wait", "200ms"));
        first.kill();
        second.kill();
        until(
                "replicas are seen down",
                () -> status(store, "replica-1") == Status.DOWN && status(store, "replica-2") == Status.DOWN);

        assertThatThrownBy(() -> commands.get("routing"))
                .isInstanceOf(RedisNoReplicaException.class)
                .hasMessageContaining("GET: no replica within 200 ms")
                .hasMessageContaining("replica-1 DOWN refused")
                .hasMessageContaining("main PRIMARY");
    }

    @Test
    void a_write_is_told_which_nodes_there_are_when_its_patience_ends() throws Exception {
        open(Map.of("ha.redis.writes.wait", "200ms"));
        main.kill();
        until("main is seen down", () -> status(store, "main") == Status.DOWN);

        assertThatThrownBy(() -> commands.set("routing", "never"))
                .isInstanceOf(RedisNoPrimaryException.class)
                .hasMessageContaining("SET: no primary within 200 ms")
                .hasMessageContaining("main DOWN refused")
                .hasMessageContaining("replica-1 REPLICA");
    }

    @Test
    void primary_reads_what_was_just_written() {
        RedisCommands<String, String> primary = store.primary().sync();
        Count reads = new Count("get");
        for (int i = 0; i < 100; i++) {
            primary.set("routing", Integer.toString(i));
            assertThat(primary.get("routing")).isEqualTo(Integer.toString(i));
        }
        assertThat(reads.at(main)).isEqualTo(100);
    }

    @Test
    void scans_one_node_to_the_end() throws Exception {
        Map<String, String> keys = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            keys.put("routing:scan:" + i, "value");
        }
        commands.mset(keys);
        commands.hset("routing:hash", keys);
        untilAllServe();
        Count scans = new Count("scan");
        Count hashScans = new Count("hscan");
        Set<String> found = new HashSet<>();
        ScanIterator.scan(commands, ScanArgs.Builder.matches("routing:scan:*").limit(50))
                .forEachRemaining(found::add);
        assertThat(found).isEqualTo(keys.keySet());
        found.clear();
        ScanIterator.hscan(commands, "routing:hash").forEachRemaining(field -> found.add(field.getKey()));
        assertThat(found).isEqualTo(keys.keySet());

        assertThat(scans.at(main)).isPositive();
        assertThat(hashScans.at(main)).isPositive();
        assertThat(List.of(first, second)).allSatisfy(node -> {
            assertThat(scans.at(node)).isZero();
            assertThat(hashScans.at(node)).isZero();
        });
    }

    @Test
    void a_command_that_nobody_knows_goes_to_the_primary() {
        ProtocolKeyword lolwut = new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return "LOLWUT".getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public String toString() {
                return "LOLWUT";
            }
        };
        Count art = new Count("lolwut");
        assertThat(commands.dispatch(lolwut, new StatusOutput<>(StringCodec.UTF8)))
                .contains("Redis ver");
        assertThat(art.at(main)).isEqualTo(1);
    }

    @Test
    void an_error_of_the_caller_is_told_as_it_is() {
        commands.set("routing", "text");
        assertThatThrownBy(() -> commands.lpush("routing", "one")).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> store.primary().sync().hget("routing", "one")).hasMessageContaining("WRONGTYPE");
        assertThat(status(store, "main")).isEqualTo(Status.PRIMARY);
    }

    @Test
    void carries_other_types_than_text() {
        byte[] image = {0, -1, 13, 10};
        RedisCommands<String, byte[]> images = store.connection(
                        RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE))
                .sync();
        images.set("routing:image", image);
        assertThat(store.primary(ByteArrayCodec.INSTANCE).sync().get("routing:image".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(image);
    }

    @Test
    void serves_the_asynchronous_and_the_reactive_api() throws Exception {
        StatefulRedisConnection<String, String> connection = store.connection();
        RedisFuture<Long> pushed = connection.async().rpush("routing:list", "a", "b");
        assertThat(pushed.get(60, TimeUnit.SECONDS)).isPositive();
        assertThat(store.primary()
                        .reactive()
                        .lrange("routing:list", 0, 1)
                        .collectList()
                        .block(Duration.ofSeconds(60)))
                .containsExactly("a", "b");
    }

    @Test
    void sends_what_was_held_back_when_it_is_flushed() throws Exception {
        StatefulRedisConnection<String, String> connection = store.connection();
        connection.setAutoFlushCommands(false);
        Count writes = new Count("incr");
        commands.del("routing:count");
        List<RedisFuture<Long>> counts = List.of(
                connection.async().incr("routing:count"),
                connection.async().incr("routing:count"),
                connection.async().incr("routing:count"));
        assertThat(counts).noneMatch(RedisFuture::isDone);
        assertThat(writes.at(main)).isZero();

        connection.flushCommands();
        assertThat(counts.get(2).get(60, TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(counts).allMatch(RedisFuture::isDone);
        assertThat(writes.at(main)).isEqualTo(3);
    }

    @Test
    void a_command_that_is_cancelled_before_it_is_written_is_not_under_way() throws Exception {
        commands.del("routing:cancelled");
        open(Map.of("ha.redis.command-timeout", "5m"));
        StatefulRedisConnection<String, String> connection = store.connection();
        connection.setAutoFlushCommands(false);
        RedisFuture<String> cancelled = connection.async().set("routing:cancelled", "1");
        assertThat(cancelled.cancel(true)).isTrue();
        connection.flushCommands();

        assertThat(stack.close(Duration.ofSeconds(60))).as("drained").isTrue();
        assertThat(main.command("EXISTS", "routing:cancelled")).isEqualTo(0L);
    }

    @Test
    void a_stack_that_may_not_write_is_refused_before_anything_leaves() throws Exception {
        commands.set("routing", "value");
        open(Map.of("ha.redis.writable", "false"));
        Count writes = new Count("set");
        Count scripts = new Count("eval");

        assertThatThrownBy(() -> commands.set("routing", "other"))
                .isInstanceOf(RedisNotWritableException.class)
                .hasMessage("SET is refused: this stack may not write to Redis (ha.redis.writable=false)");
        assertThatThrownBy(() -> commands.eval("return 1", io.lettuce.core.ScriptOutputType.INTEGER))
                .isInstanceOf(RedisNotWritableException.class);
        assertThatThrownBy(() -> store.dedicated()).isInstanceOf(RedisNotWritableException.class);
        assertThatThrownBy(() -> store.durable(Durability.replicas(1)).write(own -> own.set("routing", "other")))
                .isInstanceOf(RedisNotWritableException.class);

        subscriberRefusesWrites("news");

        assertThat(store.primary().sync().get("routing")).isEqualTo("value");
        assertThat(writes.at(main)).isZero();
        assertThat(scripts.at(main)).isZero();

        open(Map.of("ha.redis.writable", "false", "ha.redis.key-prefix", "routing-prefix:"));
        subscriberRefusesWrites("routing-prefix:news");
        assertThat(writes.at(main)).isZero();
    }

    /** Lettuce gives it all commands, and it sends them to the primary. */
    private void subscriberRefusesWrites(String channel) throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (StatefulRedisPubSubConnection<String, String> subscriber = store.pubSub()) {
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String name, String message) {
                    heard.complete(name + "=" + message);
                }
            });
            subscriber.sync().subscribe("news");
            assertThatThrownBy(() -> subscriber.sync().set("routing", "other"))
                    .isInstanceOf(RedisNotWritableException.class)
                    .hasMessage("SET is refused: this stack may not write to Redis (ha.redis.writable=false)");
            assertThatThrownBy(() -> subscriber.sync().publish("news", "1"))
                    .isInstanceOf(RedisNotWritableException.class);
            assertThatThrownBy(() -> subscriber.sync().blpop(1, "routing"))
                    .isInstanceOf(RedisNotWritableException.class);
            assertThat(subscriber.sync().ping()).isEqualTo("PONG");
            main.command("PUBLISH", channel, "2");
            assertThat(heard.get(1, TimeUnit.MINUTES)).isEqualTo("news=2");
        }
    }
}
