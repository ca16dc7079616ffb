package dev.hastack.redis;

import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Configured nodes without Sentinel: operators promote, and roles are found and followed. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class StaticTopologyIT {
    private final RedisReplication redis;
    private RedisNode main;
    private RedisNode first;
    private RedisNode second;

    StaticTopologyIT(RedisReplication redis) {
        this.redis = redis;
    }

    @BeforeEach
    void nodes() {
        main = redis.node("main");
        first = redis.node("replica-1");
        second = redis.node("replica-2");
    }

    @Test
    void an_old_primary_that_wakes_up_is_fenced_and_never_written_to() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.set("static", "before");
            main.hang();
            first.promote();
            second.follow(first);
            until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);
            commands.set("static", "after");

            main.resume();

            until("main is fenced", () -> status(store, "main") == Status.FENCED);
            commands.set("static", "later");
            assertThat(main.command("GET", "static")).isEqualTo("before");
            assertThat(first.command("GET", "static")).isEqualTo("later");
            assertThat(Stacks.health(stack, "main").reason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("epoch 1", "epoch 2"));
        }
    }

    @Test
    void a_promotion_that_is_given_up_is_followed_back_and_the_next_forth_again() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            for (int time = 1; time <= 2; time++) {
                commands.set("static", "before");
                main.kill();
                first.promote();
                second.follow(first);
                until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);
                commands.set("static", "given up");

                first.kill();
                main.start();
                until(
                        "main is fenced or foreign",
                        () -> status(store, "main") == Status.FENCED || status(store, "main") == Status.FOREIGN);
                second.follow(main);
                first.follow(main);
                first.start();

                until("main leads", () -> status(store, "main") == Status.PRIMARY);
                commands.set("static", "back");
                assertThat(main.command("GET", "static")).isEqualTo("back");
                until("replica-1 follows", () -> status(store, "replica-1") == Status.REPLICA);
            }
            main.kill();
            first.promote();
            until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);
            commands.set("static", "forth");
            assertThat(first.command("GET", "static")).isEqualTo("forth");
        }
    }

    @Test
    void a_primary_that_is_promoted_beside_a_living_one_is_followed() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            first.promote();
            until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);
            assertThat(status(store, "main")).isEqualTo(Status.FENCED);

            main.follow(first);
            second.follow(first);

            until(
                    "all follow",
                    () -> status(store, "main") == Status.REPLICA && status(store, "replica-2") == Status.REPLICA);
            store.connection().sync().set("static", "switched");
            assertThat(first.command("GET", "static")).isEqualTo("switched");
        }
    }

    @Test
    void of_two_successors_the_first_to_be_seen_stays() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            main.kill();
            first.promote();
            until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);

            second.promote();

            until("replica-2 is fenced", () -> status(store, "replica-2") == Status.FENCED);
            assertThat(status(store, "replica-1")).isEqualTo(Status.PRIMARY);
        }
    }

    @Test
    void a_node_that_was_down_at_the_start_joins_later() throws Exception {
        second.kill();
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            assertThat(status(store, "replica-2")).isEqualTo(Status.DOWN);

            second.start();

            until("replica-2 serves", () -> status(store, "replica-2") == Status.REPLICA);
        }
    }

    @Test
    void a_primary_that_restarts_empty_is_the_primary_still() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            main.kill();
            until("main is down", () -> status(store, "main") == Status.DOWN);

            main.start();

            until("main leads again", () -> status(store, "main") == Status.PRIMARY);
            assertThat(store.connection().sync().set("static", "again")).isEqualTo("OK");
        }
    }

    @Test
    void an_old_primary_that_restarts_again_and_again_is_never_written_to() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            main.kill();
            first.promote();
            second.follow(first);
            until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);
            for (int i = 0; i < 2; i++) {
                main.start();
                until("main is judged", () -> status(store, "main") != Status.DOWN);
                assertThat(main.isPrimary()).isTrue();
                assertThat(status(store, "replica-1")).isEqualTo(Status.PRIMARY);
                assertThat(status(store, "main").usable()).isFalse();
                store.connection().sync().set("static", "restart " + i);
                assertThat(main.command("EXISTS", "static")).isEqualTo(0L);
                main.kill();
                until("main is down", () -> status(store, "main") == Status.DOWN);
            }
        }
    }

    @Test
    void a_promotion_opens_no_connection() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            int generation = store.topology().node("replica-1").orElseThrow().generation();
            until(
                    "the probe's connection and that of commands",
                    () -> clients(first).size() == 2);
            Set<String> before = clients(first);
            main.kill();
            first.promote();
            assertThat(store.connection().sync().set("static", "promoted")).isEqualTo("OK");

            assertThat(store.topology().node("replica-1").orElseThrow().generation())
                    .isEqualTo(generation);
            assertThat(clients(first)).isEqualTo(before);
        }
    }

    /** The connections that ha-stack has to it. */
    private static Set<String> clients(RedisNode node) {
        return Pattern.compile("id=(\\d+) .*name=ha-stack")
                .matcher(String.valueOf(node.command("CLIENT", "LIST")))
                .results()
                .map(client -> client.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void a_switchover_by_hand_fails_no_read_and_loses_no_write() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.del("static:moved");
            Set<String> acknowledged;
            try (Callers readers = new Callers("reader", 2, () -> commands.scard("static:moved"));
                    Writers writers = new Writers(commands, 2, "static:moved")) {
                until("there is load", () -> writers.acknowledged().size() > 200 && readers.successes() > 200);

                // Redis's own: the primary takes no writes until the other has all of them, and then follows it.
                main.command("FAILOVER", "TO", "127.0.0.1", Integer.toString(first.port()));
                until("replica-1 leads", () -> status(store, "replica-1") == Status.PRIMARY);
                second.follow(first);
                int before = writers.acknowledged().size();
                until("writes go on", () -> writers.acknowledged().size() > before + 200);

                acknowledged = Set.copyOf(writers.acknowledged());
                assertThat(readers.failures()).as("failed reads").isEmpty();
                assertThat(writers.failures()).hasSizeLessThanOrEqualTo(2);
            }
            assertThat(store.primary().sync().smembers("static:moved")).containsAll(acknowledged);
        }
    }

    @Test
    void the_log_tells_once_what_a_fault_cost() throws Exception {
        Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            store.connection().sync().set("cost", "0");
            lines.start();
            topology.addAppender(lines);

            main.hang();
            RedisFuture<Long> unknown = store.connection().async().incr("cost");
            until("main is seen down", () -> status(store, "main") == Status.DOWN);
            RedisFuture<Long> held = store.connection().async().incr("cost");
            main.resume();

            assertThat(held.get(60, TimeUnit.SECONDS)).isPositive();
            assertThatThrownBy(() -> unknown.get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RedisOutcomeUnknownException.class);
            until("the cost is told", () -> !costs(lines).isEmpty());
            assertThat(costs(lines))
                    .singleElement()
                    .asString()
                    .startsWith("WARN redis: callers are served again, after ")
                    .endsWith(": calls held 1, failed 0, of unknown outcome 1");
        } finally {
            topology.detachAppender(lines);
        }
    }

    private static List<String> costs(ListAppender<ILoggingEvent> lines) {
        return List.copyOf(lines.list).stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .filter(line -> line.contains("callers"))
                .toList();
    }
}
