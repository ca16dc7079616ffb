package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A primary that refuses something is not gone. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica"}))
class RefusalsIT {
    private static final Map<String, String> SHORT_LAG = Map.of("ha.redis.reads.max-lag", "2s");

    private final RedisReplication redis;
    private final RedisNode main;

    RefusalsIT(RedisReplication redis) {
        this.redis = redis;
        this.main = redis.node("main");
    }

    @AfterEach
    void configureAsBefore() {
        main.command("CONFIG", "SET", "maxmemory", "0");
        main.command("CONFIG", "SET", "min-replicas-to-write", "0");
        main.command("CONFIG", "SET", "save", "");
        main.command("CONFIG", "SET", "busy-reply-threshold", "5000");
    }

    @Test
    void misconf() throws Exception {
        try (SpoiltDump dump = new SpoiltDump(main)) {
            refuses("writes refused: MISCONF", dump::fail);
        }
    }

    @Test
    void out_of_memory() throws Exception {
        refuses("writes refused: OOM", () -> main.command("CONFIG", "SET", "maxmemory", "1"));
    }

    @Test
    void too_few_replicas() throws Exception {
        refuses("writes refused: NOREPLICAS", () -> main.command("CONFIG", "SET", "min-replicas-to-write", "2"));
    }

    @Test
    void a_server_with_too_many_clients_says_so_to_a_process_that_starts() throws Exception {
        redis.nodes().forEach(node -> node.command("CONFIG", "SET", "maxclients", "1"));
        try (HaStack stack = Stacks.open(redis, Map.of("ha.redis.writes.wait", "100ms"))) {
            until(
                    "each node says why",
                    () -> stack.health().stores().get(0).nodes().stream()
                            .allMatch(node -> node.reason().orElse("").contains("ERR max number of clients reached")));
            assertThatThrownBy(() -> stack.get(HaRedis.class).dedicated())
                    .hasMessageContaining("ERR max number of clients reached");
            redis.nodes().forEach(node -> node.command("CONFIG", "SET", "maxclients", "10000"));
            until("all is well", () -> stack.health().health() == Health.UP);
            redis.nodes().forEach(node -> node.command("CONFIG", "SET", "maxclients", "1"));
            // One that was let in before goes on; what is new is told why not.
            assertThatThrownBy(() -> stack.get(HaRedis.class).dedicated())
                    .hasMessageContaining("ERR max number of clients reached");
        } finally {
            redis.nodes().forEach(node -> node.command("CONFIG", "SET", "maxclients", "10000"));
        }
    }

    @Test
    void a_probe_that_finds_no_room_any_more_is_told_while_its_node_serves_on() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.set("served", "1");
            main.command("CONFIG", "SET", "maxclients", "1");
            until("the probe's connection has ended, and health says why it has no other", () -> {
                String.valueOf(main.command("CLIENT", "LIST"))
                        .lines()
                        .filter(line -> line.contains(" name=ha-stack")
                                && (line.contains(" cmd=info ") || line.contains(" cmd=ping ")))
                        .forEach(line -> main.command("CLIENT", "KILL", "ID", line.substring(3, line.indexOf(' '))));
                return Stacks.health(stack, "main")
                        .reason()
                        .orElse("")
                        .equals("cannot be asked: ERR max number of clients reached");
            });
            assertThat(commands.set("served", "2")).isEqualTo("OK");
        } finally {
            main.command("CONFIG", "SET", "maxclients", "10000");
        }
    }

    /** Of each refused attempt to subscribe again two others came, and soon thousands. */
    @Test
    void a_subscriber_that_is_refused_tries_again_one_attempt_at_a_time_and_says_why() throws Exception {
        redis.nodes().forEach(node -> node.command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "&*", "+@all"));
        try (HaStack stack = Stacks.ready(
                redis,
                Map.of(
                        "ha.redis.username", "reader",
                        "ha.redis.password", "secret",
                        "ha.redis.reads.wait", "2s",
                        "ha.redis.writes.wait", "100ms"))) {
            HaRedis store = stack.get(HaRedis.class);
            AtomicInteger heard = new AtomicInteger();
            StatefulRedisPubSubConnection<String, String> subscriber = store.pubSub();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.incrementAndGet();
                }
            });
            subscriber.sync().subscribe("refusals");
            main.command("ACL", "SETUSER", "reader", "off");
            long before = connections();
            main.command("CLIENT", "KILL", "TYPE", "pubsub");

            Throwable refused = catchThrowable(store::pubSub);
            assertThat(connections() - before).isLessThan(500);
            assertThat(refused)
                    .isInstanceOf(RedisNoReplicaException.class)
                    .hasMessageContaining("cannot subscribe: WRONGPASS");
            assertThatThrownBy(store::dedicated)
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("cannot connect to main: WRONGPASS");

            main.command("ACL", "SETUSER", "reader", "on");
            until("the subscriber is back", () -> {
                main.command("PUBLISH", "refusals", "again");
                return heard.get() > 0;
            });
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "reader"));
        }
    }

    /** How many this server has accepted in its life. */
    private long connections() {
        return String.valueOf(main.command("INFO", "stats"))
                .lines()
                .filter(line -> line.startsWith("total_connections_received:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }

    private void refuses(String words, Runnable fault) throws Exception {
        try (HaStack stack = Stacks.ready(redis, SHORT_LAG);
                HaStack delivery = Stacks.ready(redis, Map.of("ha.redis.writable", "false"))) {
            HaRedis store = stack.get(HaRedis.class);
            store.connection().sync().set("refusals", "1");
            fault.run();
            until("health says so: " + stack.health(), () -> summary(stack).contains(words));
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
            assertThat(Stacks.health(stack, "main").reason().orElse("")).startsWith(words);
            assertThat(stack.health().store("redis").note(HealthCode.WRITES_REFUSED))
                    .hasValueSatisfying(note -> assertThat(note.text())
                            .startsWith("The primary main takes no writes: "
                                    + words.substring("writes refused: ".length())));
            assertThat(delivery.health().store("redis").note(HealthCode.WRITES_REFUSED))
                    .as("which it may not make")
                    .isEmpty();

            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> store.connection().sync().set("refusals", "2"))
                        .isInstanceOf(RedisCommandExecutionException.class);
            }
            assertThat(Stacks.health(stack, "main").breakerOpen())
                    .as("as if it failed what it is asked: %s", stack.health())
                    .isFalse();

            // It goes on to be heard: the replica's reads do not depend on what is refused.
            Instant later = Instant.now().plusMillis(2_100);
            until("it was heard of since", () -> answeredAt(store).isAfter(later));
            assertThat(Stacks.health(stack, "replica").health()).isEqualTo(Health.UP);
            assertThat(store.connection().sync().get("refusals")).isEqualTo("1");
            assertThat(Stacks.status(store, "main")).isEqualTo(Status.PRIMARY);
            assertThat(delivery.health().health()).isEqualTo(Health.UP);
        }
        try (HaStack late = Stacks.open(redis, Map.of())) {
            until(
                    "a new process finds the primary",
                    () -> Stacks.status(late.get(HaRedis.class), "main") == Status.PRIMARY);
            until("and says why it is of no use", () -> summary(late).contains(words));
            assertThat(late.awaitReady(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void busy() throws Exception {
        main.command("CONFIG", "SET", "busy-reply-threshold", "20");
        try (HaStack stack = Stacks.ready(redis, SHORT_LAG)) {
            HaRedis store = stack.get(HaRedis.class);
            store.connection().sync().set("refusals", "1");
            assertThat(main.command("WAIT", "1", "5000")).isEqualTo(1L);
            var script = Stacks.inBackground(() -> main.command(
                    "EVAL",
                    "local t = redis.call('TIME')[1] while redis.call('TIME')[1] - t < 5 do end return 1",
                    "0"));
            until("it serves nobody", () -> summary(stack).contains("BUSY"));
            assertThat(store.connection().sync().get("refusals")).isEqualTo("1");
            try (HaStack late = Stacks.open(redis, Map.of())) {
                assertThat(late.awaitReady(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(script.get()).isEqualTo(1L);
            until("it leads again", () -> Stacks.status(store, "main") == Status.PRIMARY);
            store.connection().sync().set("refusals", "2");
        }
    }

    private static String summary(HaStack stack) {
        return stack.health().store("redis").describe();
    }

    private static Instant answeredAt(HaRedis store) {
        return store.topology().node("main").flatMap(NodeView::answeredAt).orElse(Instant.MIN);
    }
}
