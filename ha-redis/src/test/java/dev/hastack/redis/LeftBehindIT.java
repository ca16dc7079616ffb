package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Durable writes while a replica is well and out of touch with its primary, or the primary wants more replicas than there are. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class LeftBehindIT {
    private static final Durability EVERY = Durability.everyReplica().withTimeout(Duration.ofSeconds(5));

    private final RedisReplication redis;
    private final RedisNode main;
    private final RedisNode left;

    LeftBehindIT(RedisReplication redis) {
        this.redis = redis;
        this.main = redis.node("main");
        this.left = redis.node("replica-1");
    }

    private static String replication(RedisNode node) {
        return String.valueOf(node.command("INFO", "replication"));
    }

    @Test
    void durable_writes_go_on_without_a_replica_whose_link_is_cut_long_before_it_gives_the_link_up() throws Exception {
        redis.nodes().forEach(node -> node.command("CONFIG", "SET", "repl-timeout", "60"));
        try (FaultProxy link = FaultProxy.to("127.0.0.1", main.port());
                HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> durable = stack.get(HaRedis.class).durable(EVERY);
            left.command("REPLICAOF", "127.0.0.1", Integer.toString(link.port()));
            until(
                    "main is in touch with both",
                    () -> InTouch.of(replication(main)).count() == 2);
            until(
                    "both have what is written",
                    () -> durable.write(commands -> commands.incr("cut")).replicas() == 2);

            link.blackHole();
            assertThatThrownBy(() -> durable.write(commands -> commands.incr("cut")))
                    .as("one that was under way")
                    .isInstanceOf(RedisNotDurableException.class);

            Durable<Long> next = durable.write(commands -> commands.incr("cut"), Duration.ofSeconds(30));

            assertThat(next.replicas()).isEqualTo(1);
            assertThat(replication(left)).contains("master_link_status:up");
            for (int i = 0; i < 10; i++) {
                assertThat(durable.write(commands -> commands.incr("cut"), Duration.ofSeconds(30))
                                .replicas())
                        .isEqualTo(1);
            }
            link.heal();
            until(
                    "it counts again",
                    () -> durable.write(commands -> commands.incr("cut")).replicas() == 2);
        }
    }

    @Test
    void durable_writes_go_on_without_a_replica_that_was_pointed_at_another() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable = store.durable(EVERY);
            until(
                    "both have what is written",
                    () -> durable.write(commands -> commands.incr("chain")).replicas() == 2);

            left.follow(redis.node("replica-2"));
            // It may be under way when main is found to have lost one.
            Throwable unused = catchThrowable(() -> durable.write(commands -> commands.incr("chain")));

            for (int i = 0; i < 10; i++) {
                assertThat(durable.write(commands -> commands.incr("chain"), Duration.ofSeconds(30))
                                .replicas())
                        .isEqualTo(1);
            }
            assertThat(Stacks.status(store, "replica-1")).isEqualTo(Status.REPLICA);
        }
    }

    /** The other would go on confirming what it will soon have to forget. */
    @Test
    void no_durable_write_is_acknowledged_by_a_primary_whose_replica_was_promoted_a_moment_ago() throws Exception {
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.writes.wait", "1s");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable = store.durable(EVERY);
            until(
                    "both have what is written",
                    () -> durable.write(commands -> commands.incr("promoted")).replicas() == 2);
            Stacks.untilCalm(store);

            left.promote();

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> durable.write(commands -> commands.incr("promoted")))
                        .isInstanceOfAny(
                                RedisNotDurableException.class,
                                RedisOutcomeUnknownException.class,
                                RedisNoReplicaException.class);
            }
            assertThat(Stacks.status(store, "replica-1")).isEqualTo(Status.PRIMARY);
        }
    }

    @Test
    void a_durable_write_that_the_primary_refuses_for_want_of_replicas_waits_until_it_has_them() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "2m"))) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable = store.durable(EVERY);
            main.command("DEL", "wanting");
            main.command("CONFIG", "RESETSTAT");
            main.command("CONFIG", "SET", "min-replicas-to-write", "3");

            CompletableFuture<Durable<Long>> waits =
                    inBackground(() -> durable.write(commands -> commands.incr("wanting")));
            until(
                    "it waits",
                    () -> stack.health().store("redis").describe().contains("1 durable write waits for replicas"));
            assertThatThrownBy(() -> store.connection().sync().incr("wanting"))
                    .as("as Redis has it, for a plain write")
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("NOREPLICAS");
            main.command("CONFIG", "SET", "min-replicas-to-write", "0");

            assertThat(waits.get(60, TimeUnit.SECONDS)).isEqualTo(new Durable<>(1L, 2));
            assertThat(Stacks.statistic(main, "errorstats", "errorstat_NOREPLICAS:count=(\\d+)"))
                    .as("it was not sent again and again")
                    .isLessThan(50);
        }
    }

    @Test
    void a_durable_write_that_the_primary_refuses_for_want_of_replicas_all_the_time_is_told_as_not_done() {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "500ms"))) {
            notDone(stack);
        }
    }

    /** It may not ask how many are wanted, so that only the refusals themselves tell. */
    @Test
    void so_it_is_for_a_user_who_may_not_read_the_configuration() {
        redis.nodes()
                .forEach(node -> node.command(
                        "ACL", "SETUSER", "unconfigured", "on", ">secret", "~*", "&*", "+@all", "-config"));
        try (HaStack stack = Stacks.ready(
                redis,
                Map.of(
                        "ha.redis.writes.wait",
                        "500ms",
                        "ha.redis.username",
                        "unconfigured",
                        "ha.redis.password",
                        "secret"))) {
            notDone(stack);
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "unconfigured"));
        }
    }

    private void notDone(HaStack stack) {
        DurableWrites<String, String> durable = stack.get(HaRedis.class).durable(EVERY);
        main.command("DEL", "wanting");
        main.command("CONFIG", "SET", "min-replicas-to-write", "3");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> durable.write(commands -> commands.incr("wanting")))
                    .isInstanceOf(RedisNoReplicaException.class)
                    .hasMessageContaining("NOREPLICAS")
                    .hasMessageContaining("did not change within 500 ms");
        }
        assertThat(main.command("GET", "wanting")).isNull();
    }
}
