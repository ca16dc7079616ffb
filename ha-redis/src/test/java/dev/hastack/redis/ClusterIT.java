package dev.hastack.redis;

import static dev.hastack.redis.Stacks.health;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisNode;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;

/** A Redis Cluster of three primaries with a replica each. */
@Timeout(600)
@ResourceLock("dev.hastack.testkit")
class ClusterIT {
    /** Its slot, 3300, is the first primary's. */
    private static final String FIRST = "b";

    private static RedisCluster cluster;
    private static RedisNode main;
    private static RedisNode replica;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(3, 1);
        main = cluster.node("main-1");
        replica = cluster.node("replica-1-1");
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void heal() {
        cluster.heal();
        set("1");
    }

    private static void set(String value) {
        main.command("SET", FIRST, value);
        assertThat(main.command("WAIT", "1", "5000")).isEqualTo(1L);
    }

    private static HaStack open(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(cluster.properties());
        all.put("ha.probe.timeout", "900ms");
        all.put("ha.redis.command-timeout", "5s");
        all.put("ha.redis.reads.wait", "30s");
        all.putAll(settings);
        return HaStack.open(StackConfig.of(all));
    }

    private static HaStack ready(Map<String, String> settings) {
        HaStack stack = open(settings);
        assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                .as("ready: %s", stack.health())
                .isTrue();
        return stack;
    }

    private static RedisAdvancedClusterCommands<String, String> commands(HaStack stack) {
        return stack.get(HaRedisCluster.class).connection().sync();
    }

    @Test
    void writes_go_to_the_primary_of_their_slot_and_reads_to_its_replica() throws Exception {
        // A read that is late at its replica would go to the primary as well.
        try (HaStack stack = ready(Map.of("ha.redis.reads.reroute-after", "1m"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            for (int i = 0; i < 50; i++) {
                commands.set("key-" + i, "" + i);
            }
            // While the connection to the replica is being made, the primary serves.
            until("the replica serves", () -> {
                long then = Stacks.calls(replica, "get");
                return commands.get(FIRST).equals("1") && Stacks.calls(replica, "get") > then;
            });
            long before = Stacks.calls(main, "get");

            for (int i = 0; i < 50; i++) {
                assertThat(commands.get(FIRST)).isEqualTo("1");
            }

            assertThat(Stacks.calls(main, "get")).isEqualTo(before);
            assertThat(Stacks.calls(replica, "get")).isGreaterThanOrEqualTo(50);
            assertThat(commands.mget("key-1", "key-2", "key-3")).hasSize(3);
        }
    }

    @Test
    void reads_stay_at_the_primary_where_that_is_preferred() {
        try (HaStack stack = ready(Map.of("ha.redis.reads.prefer", "primary"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            for (int i = 0; i < 50; i++) {
                commands.set(FIRST, "" + i);
                assertThat(commands.get(FIRST)).isEqualTo("" + i);
            }
        }
    }

    @Test
    void a_prefix_holds_for_keys_and_scans_of_all_nodes() {
        try (HaStack stack = ready(Map.of("ha.redis.key-prefix", "p:", "ha.redis.reads.prefer", "primary"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            for (int i = 0; i < 30; i++) {
                commands.set("scan-" + i, "");
            }
            cluster.nodes().stream()
                    .filter(RedisNode::isPrimary)
                    .forEach(node -> assertThat(String.valueOf(node.command("KEYS", "p:scan-*")))
                            .contains("p:scan-"));

            ScanArgs matching = ScanArgs.Builder.matches("scan-*");
            KeyScanCursor<String> cursor = commands.scan(ScanCursor.INITIAL, matching);
            List<String> found = new ArrayList<>(cursor.getKeys());
            while (!cursor.isFinished()) {
                cursor = commands.scan(cursor, matching);
                found.addAll(cursor.getKeys());
            }

            assertThat(found).hasSize(30).contains("scan-0");
            assertThat(commands.mget("scan-1", "scan-2", "scan-3"))
                    .allMatch(KeyValue::hasValue)
                    .extracting(KeyValue::getKey)
                    .containsExactly("scan-1", "scan-2", "scan-3");
            assertThat(commands.dispatch(
                            CommandType.GET,
                            new ValueOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8).add("scan-4")))
                    .isEmpty();
            commands.hset("scan-hash", "f", "v");
            assertThat(commands.<String>eval(
                            "return redis.call('HGET', KEYS[1], ARGV[1])",
                            ScriptOutputType.VALUE,
                            new String[] {"scan-hash"},
                            "f"))
                    .isEqualTo("v");
            assertThatThrownBy(commands::flushall).hasStackTraceContaining("ha.redis.key-prefix");
        }
    }

    @Test
    void a_stack_that_may_only_read_sends_no_write() throws Exception {
        try (HaStack stack = ready(Map.of("ha.redis.writable", "false"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            assertThat(commands.get(FIRST)).isEqualTo("1");
            assertThatThrownBy(() -> commands.set(FIRST, "2"))
                    .isInstanceOf(RedisNotWritableException.class)
                    .hasMessageContaining("SET");
            assertThatThrownBy(() -> commands.upstream().commands().set(FIRST, "2"))
                    .hasStackTraceContaining("ha.redis.writable=false");
            CompletableFuture<String> heard = new CompletableFuture<>();
            StatefulRedisPubSubConnection<String, String> subscriber =
                    stack.get(HaRedisCluster.class).pubSub();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.complete(channel + "=" + message);
                }
            });
            subscriber.sync().subscribe("news");
            assertThatThrownBy(() -> subscriber.sync().publish("news", "1"))
                    .isInstanceOf(RedisNotWritableException.class)
                    .hasMessageContaining("PUBLISH");
            main.command("PUBLISH", "news", "2");
            assertThat(heard.get(1, TimeUnit.MINUTES)).isEqualTo("news=2");
            assertThat(main.command("GET", FIRST)).isEqualTo("1");
        }
    }

    @Test
    void writes_resume_after_the_clusters_own_failover_none_is_done_twice_and_no_read_fails() throws Exception {
        try (HaStack stack = ready(Map.of("ha.redis.writes.wait", "60s", "ha.redis.reads.wait", "60s"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            String list = "{b}" + System.nanoTime();
            AtomicLong ids = new AtomicLong();
            try (Callers writers =
                            new Callers("writer", 2, () -> commands.rpush(list, Long.toString(ids.incrementAndGet())));
                    Callers readers = new Callers("reader", 2, () -> commands.llen(list))) {
                until("they write", () -> writers.successes() > 50);
                main.kill();
                RedisNode successor = cluster.awaitPrimaryOtherThan(main, Duration.ofSeconds(60));
                int then = writers.successes();
                until("they write again", () -> writers.successes() > then + 50);

                assertThat(successor).isSameAs(replica);
                assertThat(readers.failures()).isEmpty();
                assertThat(writers.failures())
                        .hasSizeLessThanOrEqualTo(2)
                        .allMatch(RedisOutcomeUnknownException.class::isInstance);
                assertThat(commands.lrange(list, 0, -1)).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void a_write_to_a_hung_primary_has_an_unknown_outcome_and_is_done_at_most_once() throws Exception {
        set("0");
        try (HaStack stack = ready(Map.of(
                "ha.redis.command-timeout", "300ms",
                "ha.redis.writes.wait", "60s",
                "ha.redis.reads.prefer", "primary"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            until("it is answered in time", () -> tens(commands));
            main.hang();

            assertThatThrownBy(() -> commands.incr(FIRST))
                    .isInstanceOf(RedisOutcomeUnknownException.class)
                    .hasMessageStartingWith("INCR: ")
                    .hasMessageContaining("main-1");

            main.resume();
            until("it is answered", () -> tens(commands));
            AtomicLong value = new AtomicLong();
            until("it is read in time", () -> {
                try {
                    value.set(Long.parseLong(commands.get(FIRST)));
                    return true;
                } catch (RuntimeException e) {
                    return false;
                }
            });
            assertThat(value.get() % 10).isLessThanOrEqualTo(1);
        }
    }

    /** Adds ten, once or more often; whether that was answered in time, as on a busy machine it may not be. */
    private static boolean tens(RedisAdvancedClusterCommands<String, String> commands) {
        try {
            return commands.incrby(FIRST, 10) > 0;
        } catch (RedisOutcomeUnknownException e) {
            return false;
        }
    }

    @Test
    void a_hung_replica_fails_no_read() throws Exception {
        try (HaStack stack = ready(Map.of("ha.redis.reads.reroute-after", "50ms"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            assertThat(commands.get(FIRST)).isEqualTo("1");
            commands.set(FIRST, "1");

            replica.hang();

            for (int i = 0; i < 20; i++) {
                assertThat(commands.get(FIRST)).isEqualTo("1");
            }
            until("health says so", () -> health(stack, "replica-1-1").role() == Status.DOWN);
        }
    }

    @Test
    void a_replica_that_is_killed_fails_no_read() throws Exception {
        try (HaStack stack = ready(Map.of())) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            try (Callers readers = new Callers("reader", 2, () -> commands.get(FIRST))) {
                until("it reads", () -> readers.successes() > 100);
                replica.kill();
                until("health says so", () -> health(stack, "replica-1-1").role() == Status.DOWN);
                int then = readers.successes();
                until("it reads on", () -> readers.successes() > then + 100);
                assertThat(readers.failures()).isEmpty();
            }
        }
    }

    @Test
    void health_tells_every_node_its_role_and_slots() throws Exception {
        try (HaStack stack = ready(Map.of())) {
            until("all is well", () -> stack.health().health() == Health.UP);
            assertThat(stack.health().store("redis").describe())
                    .startsWith("cluster ok, 16384 of 16384 slots served: ")
                    .containsPattern("main-1 PRIMARY epoch \\d+ with 5461 slots")
                    .containsPattern("replica-1-1 REPLICA epoch \\d+");
            replica.kill();
            until("it is missed", () -> stack.health().health() == Health.DEGRADED);
            assertThat(health(stack, "replica-1-1").reason()).isPresent();
            replica.start();
            until("all is well again", () -> stack.health().health() == Health.UP);
        }
    }

    @Test
    void subscribers_of_the_stack_hear_of_its_nodes() throws Exception {
        Queue<TopologyEvent> events = new ConcurrentLinkedQueue<>();
        try (HaStack stack = open(Map.of())) {
            var unused = stack.subscribe(events::add);
            until(
                    "they hear who is there",
                    () -> events.stream().anyMatch(event -> event.change().equals(new Change.PrimaryFound("main-1"))));

            replica.kill();
            until(
                    "they hear of its death",
                    () -> events.stream()
                            .anyMatch(event -> event.change() instanceof Change.NodeDown down
                                    && down.node().equals("replica-1-1")
                                    && event.store().equals("redis")
                                    && event.snapshot()
                                            .node("replica-1-1")
                                            .filter(node -> node.status() == Status.DOWN)
                                            .isPresent()));
            events.clear();
            replica.start();
            until(
                    "they hear of its return",
                    () -> events.stream().anyMatch(event -> event.change().equals(new Change.NodeUp("replica-1-1"))));
        }
    }

    /** Each time of a new process, which knows nothing from before. */
    @Test
    void a_user_who_may_not_ask_the_server_about_itself_is_served_and_health_says_what_is_not_known() throws Exception {
        try {
            for (String forbidden : List.of("-@dangerous", "-info -cluster|info")) {
                asUser(forbidden);
                try (HaStack stack = ready(USER)) {
                    assertThat(commands(stack).set(FIRST, "2")).isEqualTo("OK");
                    until("all is well: " + forbidden, () -> stack.health().health() == Health.UP);
                    assertThat(stack.health().store("redis").describe())
                            .startsWith("cluster ok, 16384 of 16384 slots served: ")
                            .contains("Some facts are not known of ", "INFO", " refused: NOPERM");
                    replica.kill();
                    until("it is missed", () -> health(stack, "replica-1-1").role() == Status.DOWN);
                    replica.start();
                    asUser(forbidden);
                    until(
                            "all is well again: " + forbidden,
                            () -> stack.health().health() == Health.UP);
                }
            }
            asUser("-cluster|nodes");
            try (HaStack stack = open(USER)) {
                until(
                        "health says what cannot be done without",
                        () -> stack.health().store("redis").describe().contains("CLUSTER NODES refused: NOPERM"));
            }
        } finally {
            cluster.heal();
            cluster.nodes().forEach(node -> node.command("ACL", "DELUSER", "least"));
        }
    }

    private static final Map<String, String> USER = Map.of("ha.redis.username", "least", "ha.redis.password", "secret");

    private static void asUser(String without) {
        List<String> user = new ArrayList<>(List.of("ACL", "SETUSER", "least", "reset", "on", ">secret"));
        user.addAll(List.of("~*", "&*", "+@all"));
        user.addAll(List.of(without.split(" ")));
        cluster.nodes().forEach(node -> node.command(user.toArray(String[]::new)));
    }

    @Test
    void servers_that_do_not_speak_TLS_are_told_as_that_and_left_alone() throws Exception {
        try (HaStack stack = open(with(Map.of("ha.redis.tls.enabled", "true", "ha.redis.tls.verify", "none")))) {
            until("it is told of all", () -> {
                List<NodeHealth> nodes = stack.health().stores().get(0).nodes();
                return !nodes.isEmpty()
                        && nodes.stream()
                                .allMatch(node -> node.reason()
                                        .orElse("")
                                        .startsWith("TLS: the server does not speak TLS; ha.redis.tls"));
            });
            HaRedisCluster redis = stack.get(HaRedisCluster.class);
            for (Runnable call : List.<Runnable>of(redis::connection, redis::pubSub)) {
                assertThatThrownBy(call::run)
                        .isInstanceOf(RedisNoReplicaException.class)
                        .hasMessageContaining(
                                "every node denies access, so that waiting is in vain: TLS: the server does not speak TLS");
            }
        }
    }

    @Test
    void a_user_whom_every_node_denies_access_does_not_wait() throws Exception {
        asUser("-flushall");
        try (HaStack stack = ready(with(USER))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            assertThat(commands.set(FIRST, "1")).isEqualTo("OK");
            cluster.nodes().forEach(node -> node.command("ACL", "DELUSER", "least"));

            for (Callable<String> call :
                    List.<Callable<String>>of(() -> commands.get(FIRST), () -> commands.set(FIRST, "2"))) {
                until("a call is denied", () -> {
                    try {
                        return call.call().isEmpty();
                    } catch (RedisException e) {
                        return String.valueOf(e.getMessage())
                                .contains(
                                        "every node denies access, so that waiting is in vain: check ha.redis.username and password");
                    }
                });
            }
        }
    }

    /** These, with more patience than a test has. */
    private static Map<String, String> with(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("ha.redis.reads.wait", "5m");
        all.put("ha.redis.writes.wait", "5m");
        return all;
    }

    @Test
    void one_primary_is_not_to_be_had_of_it_and_the_error_says_what_is() {
        try (HaStack stack = ready(Map.of())) {
            assertThatThrownBy(() -> stack.get(HaRedis.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("no HaRedis:", "ha.redis.cluster is true", "HaRedisCluster.class");
        }
    }

    @Test
    void commands_that_bind_a_connection_are_refused_with_what_to_use() {
        try (HaStack stack = ready(Map.of())) {
            var connection = stack.get(HaRedisCluster.class).connection();
            assertThatThrownBy(() -> connection.sync().blpop(1, FIRST))
                    .isInstanceOf(RedisSharedConnectionException.class)
                    .hasMessageContaining("RedisClusterClient");
            assertThatThrownBy(() -> connection
                            .sync()
                            .dispatch(
                                    CommandType.SUBSCRIBE,
                                    new ValueOutput<>(StringCodec.UTF8),
                                    new CommandArgs<>(StringCodec.UTF8).add("news")))
                    .isInstanceOf(RedisSharedConnectionException.class)
                    .hasMessageContaining("HaRedisCluster.pubSub()");
        }
    }

    @Test
    void health_has_the_notes_that_are_added_to_it() throws Exception {
        try (HaStack stack = ready(Map.of())) {
            HealthNote mine = HealthNote.info("cache-size", "The cache is full.");
            try (NoteRegistration added = stack.get(HaRedisCluster.class).addNotes("mine", () -> List.of(mine))) {
                assertThat(added).isNotNull();
                assertThat(stack.health().store("redis").notes()).contains(mine);
            }
            assertThat(stack.health().store("redis").notes()).isEmpty();
        }
    }

    @Test
    void waits_for_a_cluster_that_is_down_no_longer_than_it_may() {
        cluster.nodes().forEach(RedisNode::kill);
        try (HaStack stack = open(Map.of("ha.redis.reads.wait", "300ms"))) {
            HaRedisCluster redis = stack.get(HaRedisCluster.class);
            assertThatThrownBy(redis::connection)
                    .isInstanceOf(RedisNoReplicaException.class)
                    .hasMessageContaining("cluster unknown");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
    }

    @Test
    void a_subscriber_hears_what_any_node_publishes() throws Exception {
        try (HaStack stack = ready(Map.of("ha.redis.key-prefix", "p:"))) {
            HaRedisCluster redis = stack.get(HaRedisCluster.class);
            CompletableFuture<String> heard = new CompletableFuture<>();
            StatefulRedisPubSubConnection<String, String> subscriber = redis.pubSub();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.complete(channel + "=" + message);
                }
            });
            subscriber.sync().subscribe("news");

            redis.connection().sync().publish("news", "1");

            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo("news=1");
        }
    }

    @Test
    void closing_ends_every_thread() throws Exception {
        List<String> before = threads();
        for (int i = 0; i < 3; i++) {
            try (HaStack stack = ready(Map.of())) {
                commands(stack).set(FIRST, "1");
                stack.get(HaRedisCluster.class).pubSub().sync().subscribe("open");
            }
        }
        until("no more threads than before: " + before, () -> before.containsAll(threads()));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ha-redis") || name.startsWith("lettuce"))
                .toList();
    }

    @Test
    void a_cluster_that_was_made_anew_with_its_epochs_at_the_beginning_is_written_to() throws Exception {
        try (HaStack stack = ready(Map.of())) {
            // Its epochs are above the first ones.
            replica.promote();
            until("the replica leads", () -> health(stack, "replica-1-1").role() == Status.PRIMARY);
            commands(stack).set(FIRST, "2");
            cluster.heal();

            cluster.formAnew();

            until("it is written to", () -> {
                try {
                    return "OK".equals(commands(stack).set(FIRST, "3"));
                } catch (RuntimeException e) {
                    return false;
                }
            });
            assertThat(main.command("GET", FIRST)).isEqualTo("3");
            replica.promote();
            until("the replica leads", () -> health(stack, "replica-1-1").role() == Status.PRIMARY);
            commands(stack).set(FIRST, "4");
            assertThat(replica.command("GET", FIRST)).isEqualTo("4");
        }
    }

    @Tag("slow")
    @Test
    void forgotten_flows_fail_no_caller_twice() throws Exception {
        try (ClusterProxies proxies = ClusterProxies.of(cluster);
                HaStack stack = ready(proxies.settings())) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            Callers.failNoneTwice(
                    IntStream.range(0, 8)
                            .<Runnable>mapToObj(i ->
                                    i % 2 == 0 ? () -> commands.incr("caller-" + i) : () -> commands.get("caller-" + i))
                            .toList(),
                    () -> cluster.nodes().forEach(node -> node.proxied().forget()));
        }
    }

    @Tag("slow")
    @Test
    void nodes_that_are_all_slower_than_a_probe_may_be_are_not_down() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger logger = (Logger) LoggerFactory.getLogger(ClusterWatch.class);
        try (ClusterProxies proxies = ClusterProxies.of(cluster)) {
            Map<String, String> settings = new HashMap<>(proxies.settings());
            settings.put("ha.probe.timeout", "500ms");
            try (HaStack stack = ready(settings)) {
                until("all is well", () -> stack.health().health() == Health.UP);
                logger.addAppender(lines);
                // A round trip takes 600 ms.
                cluster.nodes().forEach(node -> node.proxied().delay(Duration.ofMillis(300)));
                long before = asked(replica);
                until("it was asked again", () -> asked(replica) > before + 3);
                // Of what follows nothing counts any more.
                logger.detachAppender(lines);

                assertThat(lines.list)
                        .extracting(ILoggingEvent::getFormattedMessage)
                        .noneMatch(line -> line.contains("no answer"));
                assertThat(stack.health().health()).isEqualTo(Health.UP);
            }
        } finally {
            logger.detachAppender(lines);
        }
    }

    private static long asked(RedisNode node) {
        return Stacks.statistic(node, "commandstats", "cmdstat_cluster\\|info:calls=(\\d+)");
    }
}
