package dev.hastack.redis;

import static dev.hastack.redis.Stacks.health;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisNode;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Nodes of a Redis Cluster that live, and refuse or delay something. */
@Tag("slow")
@Timeout(600)
@ResourceLock("dev.hastack.testkit")
class ClusterFaultsIT {
    /** Its slot is the first primary's. */
    private static final String FIRST = "b";
    /** Its slot is another's. */
    private static final String OTHER = "a";

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
        main.command("SET", FIRST, "1");
        assertThat(main.command("WAIT", "1", "5000")).isEqualTo(1L);
    }

    private static HaStack ready(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(cluster.properties());
        all.put("ha.probe.timeout", "900ms");
        all.put("ha.redis.command-timeout", "5s");
        all.put("ha.redis.reads.wait", "30s");
        all.putAll(settings);
        HaStack stack = HaStack.open(StackConfig.of(all));
        assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                .as("ready: %s", stack.health())
                .isTrue();
        return stack;
    }

    private static RedisAdvancedClusterCommands<String, String> commands(HaStack stack) {
        return stack.get(HaRedisCluster.class).connection().sync();
    }

    @Test
    void a_primary_that_cannot_save_its_data_is_refused_writes_and_not_gone() throws Exception {
        try (SpoiltDump dump = new SpoiltDump(main)) {
            refuses("writes refused: MISCONF", dump::fail);
        } finally {
            main.command("CONFIG", "SET", "save", "");
        }
    }

    @Test
    void a_primary_that_is_out_of_memory_is_refused_writes_and_not_gone() throws Exception {
        try {
            refuses("writes refused: OOM", () -> main.command("CONFIG", "SET", "maxmemory", "1"));
        } finally {
            main.command("CONFIG", "SET", "maxmemory", "0");
        }
    }

    private static void refuses(String words, Runnable fault) throws Exception {
        try (HaStack stack = ready(Map.of());
                HaStack reader = ready(Map.of("ha.redis.writable", "false"))) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            until("all is well", () -> stack.health().health() == Health.UP);
            fault.run();
            until(
                    "health says so",
                    () -> health(stack, "main-1").reason().orElse("").startsWith(words));
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
            assertThat(health(stack, "main-1").role()).isEqualTo(Status.PRIMARY);
            assertThat(stack.health().store("redis").note(HealthCode.WRITES_REFUSED))
                    .hasValueSatisfying(note -> assertThat(note.text())
                            .startsWith("The primary main-1 does not serve its slots: " + words));

            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> commands.set(FIRST, "2"))
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageContaining(words.replace("writes refused: ", ""));
            }
            assertThat(health(stack, "main-1").breakerOpen())
                    .as("as if it failed what it is asked: %s", stack.health())
                    .isFalse();
            assertThat(commands.get(FIRST)).isEqualTo("1");
            assertThat(commands.set(OTHER, "2")).isEqualTo("OK");
            assertThat(commands(reader).get(FIRST)).isEqualTo("1");
            assertThat(reader.health().health()).isEqualTo(Health.UP);
            try (HaStack late = ready(Map.of())) {
                until(
                        "a new process says why it is of no use",
                        () -> late.health().health() == Health.DOWN);
                assertThat(health(late, "main-1").reason().orElse("")).startsWith(words);
            }
        }
    }

    @Test
    void nodes_serve_their_slots_though_the_breakers_of_all_of_them_are_open() throws Exception {
        try (ClusterProxies proxies = ClusterProxies.of(cluster)) {
            Map<String, String> settings = new HashMap<>(proxies.settings());
            settings.putAll(OpenBreakers.HASTY);
            try (HaStack stack = ready(settings)) {
                new OpenBreakers(
                                stack,
                                commands(stack),
                                FIRST,
                                Map.of("main-1", main.proxied(), "replica-1-1", replica.proxied()))
                        .serveAllTheSame();
            }
        }
    }

    @Test
    void where_one_is_slow_another_gets_its_reads_and_a_few_give_them_back() throws Exception {
        try (ClusterProxies proxies = ClusterProxies.of(cluster)) {
            Map<String, String> settings = new HashMap<>(proxies.settings());
            settings.put("ha.redis.command-timeout", "30s");
            settings.put("ha.redis.reads.reroute-after", "400ms");
            try (HaStack stack = ready(settings)) {
                RedisAdvancedClusterCommands<String, String> commands = commands(stack);
                untilItReads(commands);
                replica.proxied().delay(Duration.ofMillis(300));
                until("it is left", () -> {
                    commands.get(FIRST);
                    return health(stack, "replica-1-1").breakerOpen();
                });
                assertThat(health(stack, "main-1").breakerOpen()).isFalse();

                replica.proxied().heal();

                until(
                        "its time is over, whoever asks",
                        () -> health(stack, "replica-1-1").health() == Health.UP);
                untilItReads(commands);
                for (int i = 0; i < 3; i++) {
                    commands.get(FIRST);
                }
                assertThat(health(stack, "replica-1-1").breakerOpen())
                        .as("after a few that went well: %s", stack.health())
                        .isFalse();
            }
        }
    }

    /** A connection to it is made in the background, and the primary serves meanwhile. */
    private static void untilItReads(RedisAdvancedClusterCommands<String, String> commands) throws Exception {
        until("the replica serves", () -> {
            long then = Stacks.calls(replica, "get");
            return commands.get(FIRST).equals("1") && Stacks.calls(replica, "get") > then;
        });
    }

    @Test
    void a_script_that_a_replica_does_not_know_is_run_at_the_primary() throws Exception {
        try (HaStack stack = ready(Map.of())) {
            RedisAdvancedClusterCommands<String, String> commands = commands(stack);
            untilItReads(commands);
            String digest = String.valueOf(main.command("SCRIPT", "LOAD", "return redis.call('GET', KEYS[1])"));
            for (int i = 0; i < 20; i++) {
                assertThat(commands.<String>evalshaReadOnly(digest, ScriptOutputType.VALUE, new String[] {FIRST}))
                        .isEqualTo("1");
            }
            assertThat(Stacks.calls(main, "evalsha_ro")).isPositive();
            assertThat(Stacks.calls(replica, "evalsha_ro")).as("asked first").isPositive();
            assertThatThrownBy(() ->
                            commands.evalshaReadOnly("0".repeat(40), ScriptOutputType.VALUE, new String[] {FIRST}))
                    .isInstanceOf(RedisNoScriptException.class);
        }
    }

    /** As where a service takes a node out: what is established is dropped without a word, what is new is refused. */
    @Test
    void a_node_that_refuses_new_connections_keeps_no_caller_for_his_timeout() throws Exception {
        try (ClusterProxies proxies = ClusterProxies.of(cluster)) {
            Map<String, String> settings = new HashMap<>(proxies.settings());
            settings.put("ha.redis.command-timeout", "60s");
            try (HaStack stack = ready(settings)) {
                RedisAdvancedClusterCommands<String, String> commands = commands(stack);
                assertThat(commands.incr(FIRST)).isEqualTo(2);
                long from = System.nanoTime();
                assertThat(main.proxied().forget()).isPositive();
                main.proxied().refuse();

                assertThatThrownBy(() -> commands.incr(FIRST)).hasMessageContaining("lets nobody in");
                assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(15));
            }
        }
    }
}
