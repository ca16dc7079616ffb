package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hastack.core.HaStack;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.health.Health;
import dev.hastack.redis.queue.Enqueue;
import dev.hastack.redis.queue.JobQueue;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A firewall or NAT forgets flows: the servers live, new connections pass, and no old one ever hears anything again. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1"}))
class ForgottenFlowsIT {
    private static final Pattern PORT = Pattern.compile(" addr=127\\.0\\.0\\.1:(\\d+) ");
    private static final Pattern LAST = Pattern.compile(" cmd=(\\S+) ");

    private final RedisReplication redis;

    ForgottenFlowsIT(RedisReplication redis) {
        this.redis = redis;
    }

    /** A server keeps its end of a flow that was forgotten: a search for flows would find those of the test before. */
    @BeforeEach
    void end_what_the_test_before_left_at_the_servers() {
        for (RedisNode node : redis.nodes()) {
            node.command("CLIENT", "KILL", "TYPE", "normal");
            node.command("CLIENT", "KILL", "TYPE", "pubsub");
        }
    }

    private HaStack behindProxies() {
        return Stacks.ready(redis, redis.proxiedProperties());
    }

    /** Those whose line in CLIENT LIST is one of these, once there are so many: each may just be doing something else. */
    private void forget(int least, Predicate<String> lines) throws Exception {
        Map<RedisNode, Set<Integer>> chosen = new HashMap<>();
        until(least + " flows to forget", () -> {
            redis.nodes().forEach(node -> chosen.put(node, ports(node, lines)));
            return chosen.values().stream().mapToInt(Set::size).sum() >= least;
        });
        assertThat(chosen.entrySet().stream()
                        .mapToInt(of -> of.getKey()
                                .proxied()
                                .forget(flow -> of.getValue().contains(flow.portAtServer())))
                        .sum())
                .isGreaterThanOrEqualTo(least);
    }

    /** Whose last command was one of these. */
    private static Predicate<String> last(String... commands) {
        return line -> Set.of(commands).contains(group(LAST, line));
    }

    /** Of ha-stack's connections: the last command of a replica's link to its primary is whatever was written last. */
    private static Set<Integer> ports(RedisNode node, Predicate<String> lines) {
        return String.valueOf(node.command("CLIENT", "LIST"))
                .lines()
                .filter(line -> line.contains(" name=ha-stack"))
                .filter(lines)
                .map(line -> Integer.valueOf(group(PORT, line)))
                .collect(Collectors.toSet());
    }

    /** Of ha-stack's connections to all nodes. */
    private Set<Integer> all() {
        return redis.nodes().stream()
                .flatMap(node -> ports(node, line -> true).stream())
                .collect(Collectors.toSet());
    }

    private static String group(Pattern pattern, String line) {
        Matcher found = pattern.matcher(line);
        return found.find() ? found.group(1) : "0";
    }

    @Test
    void of_the_shared_connections_fail_no_caller_twice() throws Exception {
        try (HaStack stack = behindProxies()) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            fails_no_caller_twice(commands, () -> forget(1, last("incr", "get")));
        }
    }

    @Test
    void of_probes_too_fail_no_caller_twice() throws Exception {
        try (HaStack stack = behindProxies()) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            fails_no_caller_twice(
                    commands, () -> redis.nodes().forEach(node -> node.proxied().forget()));
        }
    }

    /** As over a line on which a login takes a second: callers would lose a second command before the new connections are there. */
    @Test
    void of_probes_too_fail_no_caller_twice_where_new_connections_are_slow() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.command-timeout", "1s");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            fails_no_caller_twice(commands, () -> {
                redis.nodes().forEach(node -> node.proxied().delay(Duration.ofMillis(200)));
                redis.nodes().forEach(node -> node.proxied().forget());
                CompletableFuture.delayedExecutor(4, TimeUnit.SECONDS)
                        .execute(() ->
                                redis.nodes().forEach(node -> node.proxied().heal()));
            });
        }
    }

    private static void fails_no_caller_twice(RedisCommands<String, String> commands, Callers.Fault fault)
            throws Exception {
        Callers.failNoneTwice(
                IntStream.range(0, 8)
                        .<Runnable>mapToObj(i ->
                                i % 2 == 0 ? () -> commands.incr("caller-" + i) : () -> commands.get("caller-" + i))
                        .toList(),
                fault);
    }

    @Test
    void are_found_by_nobody_but_the_heartbeat_where_nobody_calls() throws Exception {
        try (HaStack stack = behindProxies()) {
            HaRedis store = stack.get(HaRedis.class);
            RedisCommands<String, String> commands = store.connection().sync();
            commands.set("idle", "1");
            until("a replica has it", () -> "1".equals(commands.get("idle")));
            CountDownLatch told = new CountDownLatch(1);
            try (StatefulRedisPubSubConnection<String, String> subscriber = store.pubSub()) {
                subscriber.addListener(new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String channel, String message) {
                        told.countDown();
                    }
                });
                subscriber.sync().subscribe("news");
                Predicate<String> callers = last("set", "get").or(line -> line.contains(" sub=1 "));
                Set<Integer> all = all();
                Set<Integer> before = new HashSet<>();
                until("those of callers are known, and none of a probe", () -> {
                    commands.set("idle", "1");
                    commands.get("idle");
                    before.clear();
                    redis.nodes().forEach(node -> before.addAll(ports(node, callers)));
                    return before.size() == 3;
                });

                assertThat(redis.nodes().stream()
                                .mapToInt(node -> node.proxied().forget(flow -> before.contains(flow.portAtServer())))
                                .sum())
                        .isEqualTo(3);

                RedisNode main = redis.node("main");
                until("the subscriber is told again", () -> {
                    main.command("PUBLISH", "news", "1");
                    return told.getCount() == 0;
                });
                until(
                        "all three were replaced, whatever else was",
                        () -> all().stream().filter(port -> !all.contains(port)).count() >= 3);
                assertThat(commands.incr("idle")).isEqualTo(2);
                assertThat(commands.get("idle")).isIn("1", "2");
            }
        }
    }

    /** As where a service takes a node out: what is established is dropped without a word, what is new is refused. */
    @Test
    void of_a_node_that_refuses_new_connections_keep_no_caller_for_his_timeout() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.command-timeout", "60s");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            assertThat(commands.incr("refused")).isPositive();
            RedisNode main = redis.node("main");
            long from = System.nanoTime();
            assertThat(main.proxied().forget()).isPositive();
            main.proxied().refuse();

            assertThatThrownBy(() -> commands.incr("refused")).isInstanceOf(RedisOutcomeUnknownException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(15));
        }
    }

    /** As right after a firewall's restart, when the server still has its ends of all old connections. */
    @Test
    void of_a_node_without_room_for_new_connections_leave_writes_unsent_and_health_says_why() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.put("ha.redis.command-timeout", "1s");
        settings.put("ha.redis.writes.wait", "2s");
        RedisNode main = redis.node("main");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            assertThat(commands.incr("full")).isPositive();
            main.command("CONFIG", "SET", "maxclients", "1");
            assertThat(main.proxied().forget()).isPositive();

            until("a write is known not to be sent, and why", () -> {
                try {
                    commands.incr("full");
                } catch (RedisNoPrimaryException e) {
                    assertThat(e).hasMessageContaining("ERR max number of clients reached");
                    return true;
                } catch (RedisOutcomeUnknownException e) {
                    // Sent before the connection was known to be lost.
                }
                return false;
            });
            until(
                    "health says why",
                    () -> Stacks.health(stack, "main")
                            .reason()
                            .orElse("")
                            .contains("ERR max number of clients reached"));
            assertThat(Outcome.of(catchThrowable(() -> commands.incr("full")))).isEqualTo(Outcome.NOT_SENT);

            main.command("CONFIG", "SET", "maxclients", "10000");
            until("it is served again", () -> stack.health().health() == Health.UP);
            assertThat(commands.incr("full")).isPositive();
        } finally {
            main.command("CONFIG", "SET", "maxclients", "10000");
        }
    }

    @Test
    void of_durable_writes_fail_no_caller_twice() throws Exception {
        try (HaStack stack = behindProxies()) {
            DurableWrites<String, String> durable = stack.get(HaRedis.class).durable(Durability.replicas(1));
            CountDownLatch together = new CountDownLatch(4);
            List<CompletableFuture<Durable<Long>>> four = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                four.add(inBackground(() -> durable.write(commands -> {
                    together.countDown();
                    try {
                        assertThat(together.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return commands.incr("durable");
                })));
            }
            for (CompletableFuture<Durable<Long>> one : four) {
                assertThat(one.get(60, TimeUnit.SECONDS).replicas()).isEqualTo(1);
            }

            forget(4, last("wait"));

            int failed = 0;
            for (int i = 0; i < 6; i++) {
                try {
                    durable.write(commands -> commands.incr("durable"));
                } catch (RedisOutcomeUnknownException e) {
                    failed++;
                }
            }
            assertThat(failed).as("failed of six, one after the other").isLessThan(2);
        }
    }

    @Test
    void of_a_queue_keep_no_job() throws Exception {
        try (HaStack stack = behindProxies();
                // What Redis has given to a read that is forgotten comes again only then.
                JobQueue queue = stack.get(HaRedis.class)
                        .queue("flows")
                        .withClaimAfter(Duration.ofSeconds(2))
                        .open()) {
            Set<String> done = ConcurrentHashMap.newKeySet();
            queue.consume(job -> done.add(job.payload()));
            queue.enqueue("before", Enqueue.plainly());
            until("the first is done", () -> done.contains("before"));

            forget(1, last("xreadgroup"));

            queue.enqueue("after", Enqueue.plainly());
            until("the second is done", () -> done.contains("after"));
        }
    }

    @Test
    void are_told_from_commands_that_block() throws Exception {
        try (HaStack stack = behindProxies();
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            // Longer than a heartbeat's patience with a command that does not block, and its interval.
            assertThat(commands.blpop(5, "nothing")).isNull();
            assertThat(own.isOpen()).isTrue();
        }
    }

    @Test
    void are_not_looked_for_in_the_middle_of_a_transaction() throws Exception {
        try (HaStack stack = behindProxies();
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            String id = String.valueOf(commands.clientId());
            commands.set("transaction", "1");
            RedisNode main = redis.node("main");
            until("an idle connection is asked", () -> idleLast(main, id, "ping"));
            commands.multi();
            // Longer than two intervals.
            until("it was idle", () -> idle(main, id) >= 3);
            commands.incr("transaction");
            TransactionResult result = commands.exec();
            assertThat(result.stream()).containsExactly(2L);
            assertThatCode(() -> commands.get("transaction")).doesNotThrowAnyException();
        }
    }

    /** What ends a command that blocks for ever, which no heartbeat may look after. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void are_looked_for_by_the_system_within_seconds() throws Exception {
        try (HaStack stack = behindProxies()) {
            assertThat(stack.get(HaRedis.class).connection().sync().ping()).isEqualTo("PONG");
            String remote = String.format(
                    Locale.ROOT, ":%04X", redis.node("main").proxied().port());
            List<String[]> sockets = Stream.concat(
                            Files.readAllLines(Path.of("/proc/net/tcp")).stream(),
                            Files.readAllLines(Path.of("/proc/net/tcp6")).stream())
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields[2].endsWith(remote) && fields[3].equals("01"))
                    .toList();
            assertThat(sockets).hasSizeGreaterThanOrEqualTo(2);
            // tr:tm->when, a timer and the hundredths of a second until it ends; 00 is none, 02 keep-alive.
            assertThat(sockets).allSatisfy(fields -> {
                assertThat(fields[5]).startsWith("0").doesNotStartWith("00");
                assertThat(Long.parseLong(fields[5].substring(3), 16)).isLessThanOrEqualTo(500);
            });
        }
    }

    private static String client(RedisNode node, String id) {
        return String.valueOf(node.command("CLIENT", "LIST", "ID", id));
    }

    private static boolean idleLast(RedisNode node, String id, String command) {
        return group(LAST, client(node, id)).equals(command);
    }

    private static int idle(RedisNode node, String id) {
        return Integer.parseInt(group(Pattern.compile(" idle=(\\d+) "), client(node, id)));
    }
}
