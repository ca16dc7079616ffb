package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hastack.core.HaStack;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.Lie;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections of one caller: transactions, durable writes, subscriptions. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class OwnConnectionsIT {
    private final RedisReplication redis;

    OwnConnectionsIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void a_dedicated_connection_does_transactions_and_ends_with_its_primary() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of());
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            commands.multi();
            commands.set("own", "1");
            commands.incr("own");
            TransactionResult result = commands.exec();
            assertThat(result.<Long>get(1)).isEqualTo(2L);

            redis.node("replica-1").promote();

            until("it is closed", () -> !own.isOpen());
            assertThatThrownBy(() -> commands.get("own")).hasMessageContaining("closed");
        }
    }

    @Test
    void a_dedicated_connection_watches_and_blocks_for_as_long_as_a_command_says() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.command-timeout", "2s"));
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            commands.watch("own:watched");
            stack.get(HaRedis.class).connection().sync().set("own:watched", "changed");
            commands.multi();
            commands.set("own:watched", "mine");
            assertThat(commands.exec().wasDiscarded()).isTrue();

            assertThat(commands.blpop(3.0, "own:none")).isNull();
            assertThat(commands.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void a_durable_write_whose_primary_dies_before_replicas_have_it_is_told_as_unknown() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> both =
                    stack.get(HaRedis.class).durable(Durability.replicas(2).withTimeout(Duration.ofSeconds(30)));
            RedisNode main = redis.node("main");
            redis.node("replica-2").hang();
            CompletableFuture<Durable<String>> waits =
                    inBackground(() -> both.write(commands -> commands.set("durable", "2")));
            until("it waits", () -> Stacks.statistic(main, "clients", "blocked_clients:(\\d+)") == 1);

            main.kill();

            assertThatThrownBy(() -> waits.get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageContaining("written, but it is not known how many replicas have it");
        }
    }

    @Test
    void a_durable_write_whose_primary_is_demoted_before_replicas_are_counted_is_told_as_unknown() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Stacks.FAR_PROBES)) {
            HaRedis store = stack.get(HaRedis.class);
            Stacks.untilCalm(store);
            DurableWrites<String, String> one = store.durable(Durability.replicas(1));

            assertThatThrownBy(() -> one.write(commands -> {
                        String done = commands.set("durable", "3");
                        demote();
                        return done;
                    }))
                    .isInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageContaining("WAIT cannot be used with replica instances");
        }
    }

    @Test
    void a_durable_write_says_how_many_replicas_have_it() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> both =
                    store.durable(Durability.replicas(2).withTimeout(Duration.ofSeconds(10)));
            assertThat(both.write(commands -> commands.set("durable", "1"))).isEqualTo(new Durable<>("OK", 2));

            redis.node("replica-2").hang();

            DurableWrites<String, String> hasty =
                    store.durable(Durability.replicas(2).withTimeout(Duration.ofSeconds(2)));
            assertThatThrownBy(() -> hasty.write(commands -> commands.incr("durable")))
                    .isInstanceOfSatisfying(RedisNotDurableException.class, error -> {
                        assertThat(error.replicas()).isEqualTo(1);
                        assertThat(error.value()).isEqualTo(2L);
                    })
                    .hasMessageContaining("1 of 2");
        }
    }

    @Test
    void durable_writes_share_connections_however_often_they_are_made() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis open = stack.get(HaRedis.class);
            for (int i = 0; i < 30; i++) {
                Durability durability = Durability.replicas(1).withTimeout(Duration.ofSeconds(10));
                open.durable(durability).write(commands -> commands.set("often", "made"));
                open.durable(new Own(), durability).write(commands -> commands.set("often", "made"));
            }
            // The idle connections of durable writes have waited last. Of the codec of each write, sixteen are kept in
            // all.
            assertThat(clients(" cmd=wait ")).isBetween(1L, 17L);
        }
    }

    @Test
    void fifty_durable_writes_of_objects_that_nobody_closes_take_one_connection_of_the_server() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            Durability durability = Durability.everyReplica().withTimeout(Duration.ofSeconds(10));
            store.durable(durability).write(commands -> commands.set("often", "0"));
            long before = clients("");

            for (int i = 0; i < 50; i++) {
                String value = "" + i;
                store.durable(durability).write(commands -> commands.set("often", value));
            }

            assertThat(clients(" cmd=wait ")).isEqualTo(1);
            until("no more connections than after the first", () -> clients("") <= before);
        }
    }

    @Test
    void closed_durable_writes_give_back_their_connections_and_leave_others_alone() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            Durability durability = Durability.everyReplica().withTimeout(Duration.ofSeconds(10));
            DurableWrites<String, String> closed = store.durable(durability);
            DurableWrites<String, String> other = store.durable(durability);
            closed.write(commands -> commands.set("closed", "1"));
            assertThat(clients(" cmd=wait ")).isEqualTo(1);

            closed.close();

            until("its connection is closed", () -> clients(" cmd=wait ") == 0);
            assertThatThrownBy(() -> closed.write(commands -> commands.set("closed", "2")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("HaRedis.durable()");
            other.write(commands -> commands.set("closed", "3"));
            closed.close();
            assertThat(clients(" cmd=wait ")).isEqualTo(1);
        }
    }

    @Test
    void a_durable_write_in_flight_closes_its_connection_if_its_object_was_closed_meanwhile() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> closed =
                    stack.get(HaRedis.class).durable(Durability.everyReplica().withTimeout(Duration.ofSeconds(10)));

            Durable<String> done = closed.write(commands -> {
                closed.close();
                return commands.set("closed", "1");
            });

            assertThat(done.value()).isEqualTo("OK");
            until("its connection is closed", () -> clients(" cmd=wait ") == 0);
        }
    }

    /** Returns how many clients of the primary have this in their line of CLIENT LIST. */
    private long clients(String words) {
        return String.valueOf(redis.primary().command("CLIENT", "LIST"))
                .lines()
                .filter(client -> client.contains(words))
                .count();
    }

    /** Returns how many clients of the stack the primary has not heard from for a second. */
    private long idleClients() {
        return String.valueOf(redis.primary().command("CLIENT", "LIST"))
                .lines()
                .filter(client -> client.contains(" name=ha-stack-") && !client.contains(" idle=0 "))
                .count();
    }

    /** Another codec each time. */
    private static final class Own implements RedisCodec<String, String> {
        @Override
        public String decodeKey(ByteBuffer bytes) {
            return StringCodec.UTF8.decodeKey(bytes);
        }

        @Override
        public String decodeValue(ByteBuffer bytes) {
            return StringCodec.UTF8.decodeValue(bytes);
        }

        @Override
        public ByteBuffer encodeKey(String key) {
            return StringCodec.UTF8.encodeKey(key);
        }

        @Override
        public ByteBuffer encodeValue(String value) {
            return StringCodec.UTF8.encodeValue(value);
        }
    }

    @Test
    void notes_that_cannot_be_made_leave_health_to_the_others() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis open = stack.get(HaRedis.class);
            HealthNote well = HealthNote.info("cache-size", "The cache is full.");
            try (NoteRegistration one = open.addNotes("well", () -> List.of(well));
                    NoteRegistration other = open.addNotes("broken", () -> {
                        throw new IllegalStateException("not at all");
                    })) {
                assertThat(List.of(one, other)).hasSize(2);
                StoreHealth health = stack.health().store("redis");
                assertThat(health.notes()).contains(well);
                assertThat(health.note(HealthCode.NOTE_FAILED))
                        .hasValueSatisfying(note -> assertThat(note.text()).contains("\"broken\"", "not at all"));
            }
            assertThat(stack.health().store("redis").notes()).doesNotContain(well);
        }
    }

    @Test
    void a_durable_write_that_cannot_become_durable_is_not_sent_before_a_replica_is_back() throws Exception {
        RedisNode main = redis.node("main");
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.everyReplica().withTimeout(Duration.ofMinutes(1)));
            main.command("DEL", "durable");
            loseReplicas(store);

            CompletableFuture<Durable<Long>> waits =
                    inBackground(() -> durable.write(commands -> commands.incr("durable")));
            until(
                    "health tells of it",
                    () -> stack.health()
                            .store("redis")
                            .describe()
                            .contains("1 durable write waits for replicas: main is in touch with 0"));
            assertThat(main.command("GET", "durable")).isNull();
            redis.node("replica-1").start();
            until(
                    "it is in touch",
                    () -> String.valueOf(main.command("INFO", "replication")).contains("state=online"));
            assertThat(waits.get(60, TimeUnit.SECONDS)).isEqualTo(new Durable<>(1L, 1));
        }
    }

    @Test
    void a_durable_write_that_waited_for_replicas_in_vain_is_told_as_not_done() throws Exception {
        RedisNode main = redis.node("main");
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "300ms"))) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable = store.durable(Durability.everyReplica());
            main.command("DEL", "durable");
            loseReplicas(store);

            assertThatThrownBy(() -> durable.write(commands -> commands.incr("durable")))
                    .isInstanceOf(RedisNoReplicaException.class)
                    .hasMessageContaining(
                            "main is in touch with 0 of 1 replicas that the write has to reach, and that did not change within 300 ms");
            assertThat(main.command("GET", "durable")).isNull();
        }
    }

    @Test
    void a_durable_write_waits_until_a_replica_that_lags_has_acknowledged_the_one_before() throws Exception {
        RedisNode main = redis.node("main");
        redis.node("replica-2").kill();
        try (FaultProxy link = FaultProxy.to("127.0.0.1", main.port());
                HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "1m"))) {
            HaRedis store = stack.get(HaRedis.class);
            main.command("DEL", "lags");
            redis.node("replica-1").command("REPLICAOF", "127.0.0.1", Integer.toString(link.port()));
            DurableWrites<String, String> patient =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            until(
                    "it follows by that link",
                    () -> String.valueOf(main.command("INFO", "replication")).contains("state=online"));
            patient.write(commands -> commands.set("lags-not", "1"));
            DurableWrites<String, String> hasty =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofMillis(100)));

            link.blackHole();
            assertThatThrownBy(() -> hasty.write(commands -> commands.incr("lags")))
                    .isInstanceOf(RedisNotDurableException.class);
            CompletableFuture<Durable<Long>> next =
                    inBackground(() -> patient.write(commands -> commands.incr("lags")));
            until(
                    "it waits",
                    () -> stack.health().store("redis").describe().contains("1 durable write waits for replicas"));
            assertThat(main.command("GET", "lags")).isEqualTo("1");

            link.heal();
            assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo(new Durable<>(2L, 1));
        }
    }

    /** Unlike one at the gate, which was not sent. */
    @Test
    void a_durable_write_that_is_interrupted_at_a_primary_that_hangs_is_told_as_unknown() throws Exception {
        RedisNode main = redis.node("main");
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.command-timeout", "5m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            DurableWrites<String, String> durable =
                    stack.get(HaRedis.class).durable(Durability.everyReplica().withTimeout(Duration.ofSeconds(30)));
            CountDownLatch sending = new CountDownLatch(1);
            CompletableFuture<Throwable> told = new CompletableFuture<>();
            Thread caller = new Thread(() -> told.complete(catchThrowable(() -> durable.write(commands -> {
                main.hang();
                sending.countDown();
                return commands.incr("interrupted");
            }))));
            caller.setDaemon(true);
            caller.start();
            assertThat(sending.await(60, TimeUnit.SECONDS)).isTrue();
            until(
                    "it waits for the answer",
                    () -> caller.getState() == Thread.State.TIMED_WAITING || caller.getState() == Thread.State.WAITING);

            caller.interrupt();

            assertThat(told.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageContaining("interrupted before the primary had answered");
        }
    }

    @Test
    void a_durable_write_that_is_interrupted_before_it_is_sent_is_told_as_not_sent() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "1m"))) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable = store.durable(Durability.everyReplica());
            loseReplicas(store);
            CompletableFuture<Throwable> told = new CompletableFuture<>();
            Thread caller = new Thread(() ->
                    told.complete(catchThrowable(() -> durable.write(commands -> commands.incr("interrupted-early")))));
            caller.setDaemon(true);
            caller.start();
            until(
                    "it waits at the gate",
                    () -> stack.health().store("redis").describe().contains("1 durable write waits for replicas"));

            caller.interrupt();

            Throwable error = told.get(60, TimeUnit.SECONDS);
            assertThat(error).isInstanceOf(RedisCommandInterruptedException.class);
            assertThat(Outcome.of(error)).isEqualTo(Outcome.NOT_SENT);
            assertThat(redis.node("main").command("GET", "interrupted-early")).isNull();
        }
    }

    @Test
    void a_dedicated_connection_that_is_not_there_yet_was_sent_nothing_when_its_caller_is_interrupted()
            throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            redis.node("main").kill();
            until("it is down", () -> Stacks.status(store, "main") == Status.DOWN);

            Thread.currentThread().interrupt();
            Throwable error = catchThrowable(store::dedicated);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(error).isInstanceOf(RedisCommandInterruptedException.class);
            assertThat(Outcome.of(error)).isEqualTo(Outcome.NOT_SENT);
        }
    }

    @Test
    void a_durable_write_may_wait_for_as_long_as_it_likes() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            assertThat(stack.get(HaRedis.class)
                            .durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)))
                            .write(commands -> commands.set("patient", "yes"), Duration.ofSeconds(Long.MAX_VALUE))
                            .value())
                    .isEqualTo("OK");
        }
    }

    /** Its replicas are known only once there is one: nothing may be sent on the way. */
    @Test
    void a_durable_write_that_waits_for_a_primary_waits_for_its_replicas_too() throws Exception {
        RedisNode successor = redis.node("replica-1");
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.everyReplica().withTimeout(Duration.ofMinutes(1)));
            successor.command("CONFIG", "RESETSTAT");
            redis.node("main").kill();
            until("there is no primary", () -> Stacks.status(store, "main") == Status.DOWN);

            CompletableFuture<Durable<Long>> waits =
                    inBackground(() -> durable.write(commands -> commands.incr("durable-late")));
            successor.promote();
            until("it leads", () -> Stacks.status(store, "replica-1") == Status.PRIMARY);
            until(
                    "the write waits for replicas",
                    () -> stack.health().store("redis").describe().contains("1 durable write waits for replicas"));
            assertThat(successor.command("GET", "durable-late")).isNull();
            assertThat(waits).isNotDone();

            redis.node("replica-2").follow(successor);
            assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(new Durable<>(1L, 1));
        }
    }

    @Test
    void a_durable_write_that_waits_for_replicas_when_the_stack_closes_is_not_sent() throws Exception {
        RedisNode main = redis.node("main");
        HaStack stack = Stacks.ready(redis, Map.of("ha.redis.writes.wait", "5m"));
        try {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.everyReplica().withTimeout(Duration.ofSeconds(30)));
            main.command("DEL", "durable");
            // So that a connection lies idle.
            durable.write(commands -> commands.set("durable-before", "1"));
            loseReplicas(store);
            CompletableFuture<Durable<Long>> waits =
                    inBackground(() -> durable.write(commands -> commands.incr("durable")));
            until(
                    "it waits",
                    () -> stack.health().store("redis").describe().contains("1 durable write waits for replicas"));

            stack.close();

            assertThatThrownBy(() -> waits.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(RedisClosedException.class);
            assertThat(main.command("GET", "durable")).isNull();
        } finally {
            stack.close();
        }
    }

    @Test
    void a_durable_write_leaves_nothing_on_its_connection_to_the_next() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> durable =
                    stack.get(HaRedis.class).durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            assertThatThrownBy(() -> durable.write(commands -> commands.select(3)))
                    .isInstanceOf(RedisSharedConnectionException.class)
                    .hasMessageStartingWith("SELECT would bind this connection");
            assertThatThrownBy(() -> durable.write(commands ->
                            commands.dispatch(CommandType.SUBSCRIBE, new StatusOutput<>(StringCodec.UTF8), channel())))
                    .isInstanceOf(RedisSharedConnectionException.class)
                    .hasMessageStartingWith("SUBSCRIBE would bind this connection");
            redis.primary().command("SET", "left", "1");

            assertThat(durable.write(commands -> commands.incr("left")).value()).isEqualTo(2L);
            assertThat(durable.write(commands -> commands.watch("left")).value())
                    .isEqualTo("OK");
            redis.primary().command("SET", "left", "10");
            assertThat(durable.write(commands -> {
                                commands.multi();
                                commands.incr("left");
                                return commands.exec().<Long>get(0);
                            })
                            .value())
                    .isEqualTo(11L);
        }
    }

    private static CommandArgs<String, String> channel() {
        return new CommandArgs<>(StringCodec.UTF8).addKey("left");
    }

    @Test
    void a_durable_write_that_leaves_a_transaction_open_is_told_as_not_done() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> durable =
                    stack.get(HaRedis.class).durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            redis.primary().command("DEL", "open");
            assertThatThrownBy(() -> durable.write(commands -> {
                        commands.multi();
                        return commands.incr("open");
                    }))
                    .isInstanceOf(RedisSharedConnectionException.class)
                    .hasMessageContaining("MULTI was left open");
            assertThat(durable.write(commands -> commands.incr("open")).value()).isEqualTo(1L);
        }
    }

    @Test
    void a_durable_write_that_a_demoted_primary_refuses_is_done_by_its_successor() throws Exception {
        RedisNode next = redis.node("replica-1");
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.writes.wait", "1m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            durable.write(commands -> commands.set("demoted", "0"));
            Stacks.untilCalm(store);
            demote();

            // No probe has told of it: the first that comes is refused by main.
            assertThat(durable.write(commands -> commands.incr("demoted"))).isEqualTo(new Durable<>(1L, 1));
            assertThat(next.command("GET", "demoted")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_durable_transaction_that_a_demoted_primary_discards_is_done_by_its_successor(Demoted when) throws Exception {
        RedisNode main = redis.node("main");
        RedisNode next = redis.node("replica-1");
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.writes.wait", "1m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            durable.write(commands -> commands.set("queued", "0"));
            Stacks.untilCalm(store);
            List<Demoted> reached = new ArrayList<>();

            Durable<TransactionResult> done = durable.write(commands -> {
                demoteAt(Demoted.BEFORE_MULTI, when, reached);
                commands.watch("queued");
                commands.multi();
                demoteAt(Demoted.BEFORE_A_COMMAND, when, reached);
                commands.incr("queued");
                demoteAt(Demoted.BETWEEN_COMMANDS, when, reached);
                commands.incr("queued");
                demoteAt(Demoted.BEFORE_EXEC, when, reached);
                return commands.exec();
            });

            assertThat(done.value().wasDiscarded()).isFalse();
            assertThat(done.value().<Long>get(1)).isEqualTo(2L);
            assertThat(next.command("GET", "queued")).isEqualTo("2");
            assertThat(main.command("ROLE")).asString().contains("slave");
        }
    }

    /** As one that decides by what it reads has it. */
    @Test
    void a_durable_transaction_that_is_discarded_after_reads_is_done_by_the_successor() throws Exception {
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.writes.wait", "1m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            durable.write(commands -> commands.set("read-first", "5"));
            Stacks.untilCalm(store);
            List<String> read = new ArrayList<>();

            Durable<TransactionResult> done = durable.write(commands -> {
                commands.watch("read-first");
                String before = commands.get("read-first");
                read.add(before);
                commands.multi();
                if (read.size() == 1) {
                    demote();
                }
                commands.set("read-first", before + "0");
                return commands.exec();
            });

            assertThat(done.value().wasDiscarded()).isFalse();
            assertThat(read).containsExactly("5", "5");
            assertThat(redis.node("replica-1").command("GET", "read-first")).isEqualTo("50");
        }
    }

    @Test
    void a_durable_transaction_that_is_discarded_after_a_write_is_told_as_unknown() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Stacks.FAR_PROBES)) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable = store.durable(Durability.replicas(1));
            Stacks.untilCalm(store);

            assertThatThrownBy(() -> durable.write(commands -> {
                        commands.set("before", "1");
                        commands.multi();
                        demote();
                        commands.incr("before");
                        return commands.exec();
                    }))
                    .isInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageContaining("READONLY");
        }
    }

    @Test
    void a_durable_transaction_with_a_mistake_of_the_callers_is_not_done_again() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            List<String> calls = new ArrayList<>();

            assertThatThrownBy(() -> stack.get(HaRedis.class)
                            .durable(Durability.replicas(1))
                            .write(commands -> {
                                calls.add("called");
                                commands.multi();
                                commands.set("mistake", "1");
                                commands.dispatch(CommandType.INCR, new StatusOutput<>(StringCodec.UTF8));
                                return commands.exec();
                            }))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("EXECABORT");
            assertThat(calls).hasSize(1);
        }
    }

    @Test
    void a_dedicated_connection_whose_answers_cannot_be_read_fails_as_those_of_redis_do() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.putAll(Stacks.FAR_PROBES);
        FaultProxy proxy = redis.node("main").proxied();
        try (HaStack stack = Stacks.ready(redis, settings);
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            own.sync().set("read", "1");
            proxy.lie(new Lie("success, whatever was asked", "+OK\r\n", Lie.Then.SILENCE));

            assertThatThrownBy(() -> own.sync().incr("read"))
                    .isInstanceOf(RedisException.class)
                    .hasMessageContaining("cannot be read");
        } finally {
            proxy.heal();
        }
    }

    private enum Demoted {
        BEFORE_MULTI,
        BEFORE_A_COMMAND,
        BETWEEN_COMMANDS,
        BEFORE_EXEC
    }

    /** By hand, in favour of replica-1: no probe and no Sentinel tells of it. */
    private void demote() {
        redis.node("replica-1").promote();
        redis.node("main").follow(redis.node("replica-1"));
    }

    /** Once: it is called again. */
    private void demoteAt(Demoted here, Demoted when, List<Demoted> reached) {
        if (here == when && !reached.contains(here)) {
            reached.add(here);
            demote();
        }
    }

    @Test
    void a_durable_write_whose_primary_is_demoted_in_the_middle_is_told_as_unknown() throws Exception {
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.writes.wait", "1m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            Stacks.untilCalm(store);

            assertThatThrownBy(() -> durable.write(commands -> {
                        commands.set("middle", "1");
                        demote();
                        return commands.incr("middle");
                    }))
                    .isInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageContaining("READONLY");
            assertThat(durable.write(commands -> commands.set("after", "1")))
                    .as("by its successor")
                    .isEqualTo(new Durable<>("OK", 1));
        }
    }

    @Test
    void a_durable_write_waits_for_a_connection_no_longer_than_for_an_answer_once_its_patience_is_over()
            throws Exception {
        Map<String, String> settings = new HashMap<>(Stacks.FAR_PROBES);
        settings.put("ha.redis.connect-timeout", "3m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            Stacks.untilCalm(store);
            redis.node("main").hang();

            CompletableFuture<Durable<Long>> hasty = inBackground(() -> store.durable(Durability.replicas(1))
                    .write(commands -> commands.incr("hasty"), Duration.ofMillis(100)));

            assertThatThrownBy(() -> hasty.get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("cannot connect to main within 5000 ms, though there is a primary; WRITABLE")
                    .hasMessageNotContaining("no primary within");
        }
    }

    @Test
    void a_durable_write_without_patience_is_sent_where_a_connection_takes_a_moment() throws Exception {
        FaultProxy proxy = redis.node("main").proxied();
        try (HaStack stack = Stacks.ready(redis, redis.proxiedProperties())) {
            DurableWrites<String, String> durable =
                    stack.get(HaRedis.class).durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            proxy.delay(Duration.ofMillis(60));

            assertThat(durable.write(commands -> commands.set("at-once", "1"), Duration.ZERO)
                            .value())
                    .isEqualTo("OK");
        } finally {
            proxy.heal();
        }
    }

    @Test
    void a_connection_that_a_durable_write_did_not_wait_for_is_there_for_the_next() throws Exception {
        RedisNode main = redis.node("main");
        FaultProxy proxy = main.proxied();
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.putAll(Stacks.FAR_PROBES);
        settings.put("ha.redis.command-timeout", "1s");
        settings.put("ha.redis.connect-timeout", "1m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            HaRedis store = stack.get(HaRedis.class);
            Stacks.untilCalm(store);
            DurableWrites<String, String> durable =
                    store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            long before = clients(" name=ha-stack-");
            proxy.blackHole();
            assertThatThrownBy(() -> durable.write(commands -> commands.set("kept", "1"), Duration.ZERO))
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("cannot connect to main within 1000 ms");
            proxy.heal();
            // The last of its login is over then.
            until("it is connected, and lies idle", () -> idleClients() == before + 1);
            long received = Stacks.statistic(main, "stats", "total_connections_received:(\\d+)");

            durable.write(commands -> commands.set("kept", "2"), Duration.ZERO);

            assertThat(Stacks.statistic(main, "stats", "total_connections_received:(\\d+)"))
                    .isEqualTo(received);
        } finally {
            proxy.heal();
        }
    }

    @Test
    void a_durable_write_that_is_connecting_to_a_primary_that_hangs_goes_on_as_soon_as_another_leads()
            throws Exception {
        RedisNode successor = redis.node("replica-1");
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.connect-timeout", "3m"))) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> durable =
                    store.durable(Durability.everyReplica().withTimeout(Duration.ofSeconds(30)));
            redis.node("main").hang();
            CompletableFuture<Durable<Long>> waits = inBackground(
                    () -> durable.write(commands -> commands.incr("left-in-the-middle"), Duration.ofMinutes(2)));
            until("main is left", () -> Stacks.status(store, "main") == Status.DOWN);

            successor.promote();
            redis.node("replica-2").follow(successor);

            assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(new Durable<>(1L, 1));
        }
    }

    /** The servers of these tests are older. */
    @Test
    void a_write_to_disks_of_a_server_before_7_2_is_refused_before_it_is_sent() {
        RedisNode main = redis.node("main");
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> onDisk =
                    stack.get(HaRedis.class).durable(Durability.replicas(1).onDisk());
            main.command("DEL", "disk");
            assertThatThrownBy(() -> onDisk.write(commands -> commands.incr("disk")))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("not written: main is Redis 7.0.")
                    .hasMessageContaining("WAITAOF");
            assertThat(main.command("GET", "disk")).isNull();
        }
    }

    @Test
    void a_write_to_disks_of_a_server_without_an_append_only_file_is_refused_before_it_is_sent() {
        RedisNode main = redis.node("main");
        // The servers of these tests are older than 7.2, and are not to tell it.
        redis.nodes()
                .forEach(node -> node.command(
                        "ACL",
                        "SETUSER",
                        "unversioned",
                        "on",
                        ">secret",
                        "~*",
                        "&*",
                        "+@all",
                        "-info",
                        "+info|replication",
                        "+info|persistence"));
        try (HaStack stack =
                Stacks.ready(redis, Map.of("ha.redis.username", "unversioned", "ha.redis.password", "secret"))) {
            DurableWrites<String, String> onDisk =
                    stack.get(HaRedis.class).durable(Durability.replicas(1).onDisk());
            main.command("DEL", "disk");
            assertThatThrownBy(() -> onDisk.write(commands -> commands.incr("disk")))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("not written: main keeps no append-only file")
                    .hasMessageContaining("appendonly");
            assertThat(main.command("GET", "disk")).isNull();
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "unversioned"));
        }
    }

    private void loseReplicas(HaRedis store) throws Exception {
        for (String replica : List.of("replica-1", "replica-2")) {
            redis.node(replica).kill();
            until("it is missed", () -> Stacks.status(store, replica) == Status.DOWN);
        }
        // In the haste after a change all nodes are asked, the primary too.
        Stacks.untilCalm(store);
    }

    @Test
    void a_subscriber_follows_the_primary_and_subscribes_again() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", "pub:"));
                StatefulRedisPubSubConnection<String, String> subscriber =
                        stack.get(HaRedis.class).pubSub()) {
            ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(channel + "=" + message);
                }
            });
            subscriber.sync().subscribe("news");
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.publish("news", "one");
            until("it is heard", () -> heard.contains("news=one"));

            demote();

            until("it is heard again", () -> {
                try {
                    commands.publish("news", "two");
                } catch (RedisOutcomeUnknownException e) {
                    // It was under way at the old primary.
                }
                return heard.contains("news=two");
            });
        }
    }

    @Test
    void a_pattern_of_channels_hears_ones_own_prefix_only() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", "pub:"));
                StatefulRedisPubSubConnection<String, String> subscriber =
                        stack.get(HaRedis.class).pubSub()) {
            ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String pattern, String channel, String message) {
                    heard.add(pattern + " " + channel + "=" + message);
                }
            });
            subscriber.sync().psubscribe("news.*");

            redis.primary().command("PUBLISH", "news.de", "somebody else's");
            redis.primary().command("PUBLISH", "other:news.de", "another's");
            stack.get(HaRedis.class).connection().sync().publish("news.de", "one");

            until("it is heard", () -> !heard.isEmpty());
            assertThat(heard).containsExactly("news.* news.de=one");
        }
    }
}
