package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica-1", "replica-2"},
                        sentinels = 3))
class SentinelIT {
    private final RedisReplication redis;

    SentinelIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void names_the_nodes_where_the_configuration_does_not() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.redis.nodes."));
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(10))).isTrue();
            HaRedis store = stack.get(HaRedis.class);
            until(
                    "all are found",
                    () -> store.topology()
                            .nodes()
                            .keySet()
                            .containsAll(redis.nodes().stream()
                                    .map(RedisNode::address)
                                    .toList()));

            RedisNode next = redis.failover();

            until("the appointed one leads", () -> Stacks.status(store, next.address()) == Status.PRIMARY);
            assertThat(store.connection().sync().set("sentinel", "1")).isEqualTo("OK");
        }
    }

    @Test
    void is_not_needed_while_nobody_is_promoted() throws Exception {
        redis.sentinels().get(0).kill();
        redis.sentinels().get(1).hang();
        redis.sentinels().get(2).kill();
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            assertThat(stack.get(HaRedis.class).connection().sync().set("sentinel", "2"))
                    .isEqualTo("OK");
            until(
                    "health says so",
                    () -> stack.health().stores().get(0).summary().contains("0 of 3 Sentinels answer"));
            assertThat(stack.health().health()).isEqualTo(Health.DEGRADED);
        }
    }

    @Test
    void a_switchover_loses_no_write_and_fails_none_but_those_under_way() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            var commands = store.connection().sync();
            commands.del("switchover");
            Set<String> acknowledged;
            try (Callers readers = new Callers("reader", 2, () -> commands.scard("switchover"));
                    Writers writers = new Writers(commands, 2, "switchover")) {
                until("there is load", () -> writers.acknowledged().size() > 200 && readers.successes() > 200);
                RedisNode next = redis.failover();
                until("the appointed one leads", () -> Stacks.status(store, next.id()) == Status.PRIMARY);
                int before = writers.acknowledged().size();
                until("writes resume", () -> writers.acknowledged().size() > before + 200);
                assertThat(readers.failures()).as("failed reads").isEmpty();
                assertThat(writers.failures())
                        .allSatisfy(error -> assertThat(error).isInstanceOf(OutcomeUnknownException.class));
                acknowledged = writers.acknowledged();
            }
            assertThat(store.primary().sync().smembers("switchover")).containsAll(acknowledged);
        }
    }

    @Test
    void that_does_not_know_the_name_is_told_with_the_setting_to_correct() throws Exception {
        try (HaStack stack = Stacks.open(redis, Map.of("ha.redis.sentinel.master", "nobody"))) {
            until(
                    "health says so",
                    () -> stack.health()
                            .stores()
                            .get(0)
                            .summary()
                            .contains("watches no primary by the name \"nobody\": ha.redis.sentinel.master"));
        }
    }

    @Test
    void that_refuses_the_user_is_told_without_name_and_password() throws Exception {
        try (HaStack stack = Stacks.open(
                redis, Map.of("ha.redis.sentinel.username", "stranger", "ha.redis.sentinel.password", "not-the-one"))) {
            until(
                    "health says so",
                    () -> stack.health().stores().get(0).summary().contains("does not answer: WRONGPASS"));
            assertThat(stack.health().stores().get(0).summary()).doesNotContain("stranger", "not-the-one", "*");
        }
    }

    @Test
    void corrects_who_was_promoted_by_hand() throws Exception {
        RedisNode rogue = redis.node("replica-2");
        // So that Sentinel appoints the other one; it reads that out of INFO, every ten seconds unless told otherwise.
        rogue.command("CONFIG", "SET", "replica-priority", "0");
        redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "100"));
        until(
                "all Sentinels know",
                () -> redis.sentinels().stream()
                        .map(sentinel -> String.valueOf(
                                sentinel.command("SENTINEL", "REPLICAS", RedisReplication.SENTINEL_MASTER)))
                        .allMatch(replicas -> replicas.contains("slave-priority, 0")));
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            rogue.promote();
            until("replica-2 leads", () -> Stacks.status(store, "replica-2") == Status.PRIMARY);

            redis.failover();

            until("replica-1 leads", () -> Stacks.status(store, "replica-1") == Status.PRIMARY);
            assertThat(Stacks.status(store, "replica-2")).isNotEqualTo(Status.PRIMARY);
            store.connection().sync().set("sentinel", "corrected");
            assertThat(redis.node("replica-1").command("GET", "sentinel")).isEqualTo("corrected");
        } finally {
            redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "10000"));
        }
    }

    @Test
    void one_that_still_answers_suffices_though_others_hang() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            // The first that is asked, so that the others are heard all the same.
            redis.sentinels().get(0).hang();
            untilAnswering(stack, 2);

            RedisNode next = redis.failover();
            until("the appointed one leads", () -> Stacks.status(store, next.id()) == Status.PRIMARY);

            redis.sentinels().get(1).kill();
            untilAnswering(stack, 1);
            redis.sentinels().get(1).start();
            untilAnswering(stack, 2);
            redis.sentinels().get(0).resume();
            untilAnswering(stack, 3);
        }
    }

    private static void untilAnswering(HaStack stack, int number) throws Exception {
        until(
                number + " answer",
                () -> stack.health().stores().get(0).summary().contains(number + " of 3 Sentinels answer"));
    }

    @Test
    void a_replica_that_is_added_later_is_found() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.redis.nodes."));
        try (RedisReplication more = RedisReplication.builder().node("added").start();
                HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(10))).isTrue();
            HaRedis store = stack.get(HaRedis.class);
            RedisNode added = more.node("added");
            redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "100"));

            added.follow(redis.node("main"));

            until("it serves", () -> Stacks.status(store, added.address()) == Status.REPLICA);
        } finally {
            redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "10000"));
        }
    }

    @Test
    void a_user_with_no_more_rights_than_it_needs_is_answered() throws Exception {
        String[] user = {
            "ACL",
            "SETUSER",
            "least",
            "on",
            ">secret",
            "&*",
            "+auth",
            "+hello",
            "+client",
            "+ping",
            "+subscribe",
            "+psubscribe",
            "+sentinel|get-master-addr-by-name",
            "+sentinel|master",
            "+sentinel|replicas"
        };
        redis.sentinels().forEach(sentinel -> sentinel.command(user));
        try (HaStack stack = Stacks.ready(
                redis, Map.of("ha.redis.sentinel.username", "least", "ha.redis.sentinel.password", "secret"))) {
            until("all is well", () -> stack.health().health() == Health.UP);
        } finally {
            redis.sentinels().forEach(sentinel -> sentinel.command("ACL", "DELUSER", "least"));
        }
    }
}
