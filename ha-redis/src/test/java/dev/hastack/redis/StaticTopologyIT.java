package dev.hastack.redis;

import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
}
