package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.RedisSentinel;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

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
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
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

    @Tag("slow")
    @Test
    void made_anew_with_an_epoch_of_0_does_not_stop_writes_and_is_followed_at_its_next_failover() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            // Two appointments, so that what was counted is above what the new ones will count.
            for (int i = 0; i < 2; i++) {
                RedisNode next = redis.failover();
                until("the appointed one leads", () -> Stacks.status(store, next.id()) == Status.PRIMARY);
            }
            store.connection().sync().set("sentinel", "before");

            redis.renewSentinels();

            store.connection().sync().set("sentinel", "after");
            RedisNode next = redis.failover();
            until("the newly appointed one leads", () -> Stacks.status(store, next.id()) == Status.PRIMARY);
            store.connection().sync().set("sentinel", "later");
            assertThat(next.command("GET", "sentinel")).isEqualTo("later");
        }
    }

    @Test
    void the_password_of_Sentinels_that_becomes_another_is_read_again(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "one\n");
        become("one");
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.put("ha.redis.sentinel.username", "rotated");
        settings.put("ha.redis.sentinel.password-file", file.toString());
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("all answer", () -> summary(stack).contains("3 of 3 Sentinels answer"));

            become("two");
            redis.sentinels().forEach(sentinel -> sentinel.command("CLIENT", "KILL", "USER", "rotated"));
            until("they refuse the old one", () -> summary(stack).contains("WRONGPASS"));
            Files.writeString(file, "two\n");

            until("all answer again", () -> summary(stack).contains("3 of 3 Sentinels answer"));
        } finally {
            redis.sentinels().forEach(sentinel -> sentinel.command("ACL", "DELUSER", "rotated"));
        }
    }

    private void become(String password) {
        redis.sentinels()
                .forEach(sentinel ->
                        sentinel.command("ACL", "SETUSER", "rotated", "reset", "on", ">" + password, "&*", "+@all"));
    }

    private static String summary(HaStack stack) {
        return stack.health().store("redis").describe();
    }

    @Test
    @Tag("slow")
    void is_not_needed_while_nobody_is_promoted() throws Exception {
        redis.sentinels().get(0).kill();
        redis.sentinels().get(1).hang();
        redis.sentinels().get(2).kill();
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            assertThat(stack.get(HaRedis.class).connection().sync().set("sentinel", "2"))
                    .isEqualTo("OK");
            until(
                    "health says so",
                    () -> stack.health()
                            .store("redis")
                            .note(HealthCode.SENTINELS_SILENT)
                            .filter(note -> note.text().startsWith("0 of 3 Sentinels answer"))
                            .isPresent());
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
                        .allSatisfy(error -> assertThat(error).isInstanceOf(RedisOutcomeUnknownException.class));
                acknowledged = writers.acknowledged();
            }
            assertThat(store.primary().sync().smembers("switchover")).containsAll(acknowledged);
        }
    }

    @Test
    void a_durable_write_waits_from_the_choice_of_a_successor_on() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of());
                Said said = Said.by(Level.INFO, Handover.class.getName())) {
            HaRedis store = stack.get(HaRedis.class);
            RedisNode main = redis.primary();
            var durable = store.durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(30)));
            durable.write(commands -> commands.set("handover:first", "1"));
            List<RedisNode> replicas =
                    redis.nodes().stream().filter(node -> node != main).toList();
            // So that the one that is chosen is not promoted.
            replicas.forEach(RedisNode::hang);
            redis.sentinels().get(0).command("SENTINEL", "FAILOVER", RedisReplication.SENTINEL_MASTER);
            until("the choice was heard of", () -> !said.lines().isEmpty());

            assertThatThrownBy(() ->
                            durable.write(commands -> commands.set("handover:second", "1"), Duration.ofMillis(100)))
                    .isInstanceOf(RedisNoReplicaException.class)
                    .hasMessageContaining("Sentinel is about to replace");

            assertThat(main.command("EXISTS", "handover:second")).isEqualTo(0L);
        }
    }

    @Test
    void that_does_not_know_the_name_is_told_with_the_setting_to_correct() throws Exception {
        try (HaStack stack = Stacks.open(redis, Map.of("ha.redis.sentinel.master", "nobody"))) {
            until(
                    "health says so",
                    () -> stack.health()
                            .store("redis")
                            .describe()
                            .contains("watches no primary by the name \"nobody\": ha.redis.sentinel.master"));
        }
    }

    @Test
    void that_refuses_the_user_is_told_without_name_and_password() throws Exception {
        try (HaStack stack = Stacks.open(
                redis, Map.of("ha.redis.sentinel.username", "stranger", "ha.redis.sentinel.password", "not-the-one"))) {
            until(
                    "health says so",
                    () -> stack.health().store("redis").describe().contains("does not answer: WRONGPASS"));
            assertThat(stack.health().store("redis").describe()).doesNotContain("stranger", "not-the-one", "*");
        }
    }

    @Test
    void that_is_away_is_the_reason_that_is_told_where_the_configuration_names_no_nodes() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.redis.nodes."));
        settings.put("ha.redis.sentinel.nodes", "127.0.0.1:1");
        settings.put("ha.redis.writes.wait", "1s");
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until(
                    "it has asked, and was refused",
                    () -> stack.health().store("redis").describe().contains("Connection refused"));
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            assertThatThrownBy(() -> commands.set("sentinel", "away"))
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("none of 1 Sentinels answers, which say who the nodes are and who leads")
                    .hasMessageContaining("Connection refused");
        }
    }

    @Test
    void that_names_a_primary_which_the_configuration_does_not_is_told() throws Exception {
        RedisNode main = redis.node("main");
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().remove("ha.redis.nodes.main.address");
        settings.put("ha.redis.writes.wait", "1s");
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            String words = "names " + main.address() + " as the primary, which is none of ha.redis.nodes";
            until(
                    "health says so",
                    () -> stack.health().store("redis").describe().contains(words));
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            assertThatThrownBy(() -> commands.set("sentinel", "strange"))
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining(words);
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

            RedisNode appointed = redis.node("replica-1");
            until("replica-1 leads", () -> {
                // Sentinel gives up what takes it over two seconds, and makes the one that it had promoted a replica
                // again.
                if (!appointed.isPrimary()) {
                    askForAFailover();
                }
                return Stacks.status(store, "replica-1") == Status.PRIMARY;
            });
            assertThat(Stacks.status(store, "replica-2")).isNotEqualTo(Status.PRIMARY);
            store.connection().sync().set("sentinel", "corrected");
            assertThat(redis.node("replica-1").command("GET", "sentinel")).isEqualTo("corrected");
        } finally {
            redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "10000"));
        }
    }

    private void askForAFailover() {
        try {
            redis.sentinels().get(0).command("SENTINEL", "FAILOVER", RedisReplication.SENTINEL_MASTER);
        } catch (RuntimeException e) {
            // One is under way, or was a moment ago.
            assertThat(e).hasMessageMatching("(?s).*(INPROG|NOGOODSLAVE).*");
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

    @Test
    void one_whose_subscription_was_forgotten_is_subscribed_to_again() throws Exception {
        RedisSentinel sentinel = redis.sentinels().get(0);
        Map<String, String> settings =
                Map.of("ha.redis.sentinel.nodes", sentinel.proxied().address());
        try (HaStack stack = Stacks.ready(redis, settings)) {
            until("it is subscribed to", () -> !subscribers(sentinel).isEmpty());
            Set<Integer> before = subscribers(sentinel);

            assertThat(sentinel.proxied().forget(flow -> before.contains(flow.portAtServer())))
                    .isEqualTo(1);

            until("it is subscribed to again", () -> !before.containsAll(subscribers(sentinel)));
            assertThat(stack.get(HaRedis.class).connection().sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    void those_that_are_slower_than_a_probe_may_be_are_heard_all_the_same_and_keep_their_connections()
            throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger logger = (Logger) LoggerFactory.getLogger(SentinelLog.class);
        Map<String, String> settings = Map.of(
                "ha.probe.timeout",
                "500ms",
                "ha.redis.connect-timeout",
                "20s",
                "ha.redis.sentinel.nodes",
                redis.sentinels().stream()
                        .map(sentinel -> sentinel.proxied().address())
                        .collect(Collectors.joining(",")));
        // A round trip takes 600 ms.
        redis.sentinels().forEach(sentinel -> sentinel.proxied().delay(Duration.ofMillis(300)));
        logger.addAppender(lines);
        try (HaStack stack = Stacks.ready(redis, settings)) {
            untilAnswering(stack, 3);
            Set<Integer> before = asking(redis.sentinels().get(0));

            RedisNode next = redis.failover();
            HaRedis store = stack.get(HaRedis.class);
            until("the appointed one leads", () -> Stacks.status(store, next.id()) == Status.PRIMARY);

            // Where it was slower still it may have been asked on a second one meanwhile, of which one is kept.
            assertThat(asking(redis.sentinels().get(0))).containsAnyElementsOf(before);
            assertThat(lines.list).as("what was logged").isEmpty();
        } finally {
            logger.detachAppender(lines);
            redis.sentinels().forEach(sentinel -> sentinel.proxied().heal());
        }
    }

    /** The ports of those who ask it. */
    private static Set<Integer> asking(RedisSentinel sentinel) {
        return ports(sentinel, " addr=127\\.0\\.0\\.1:(\\d+) .* name=ha-stack\\S* .* psub=0 ");
    }

    /** The ports of its subscribers but the other Sentinels, which are nobody's here. */
    private static Set<Integer> subscribers(RedisSentinel sentinel) {
        return ports(sentinel, " addr=127\\.0\\.0\\.1:(\\d+) .* psub=3 ");
    }

    private static Set<Integer> ports(RedisSentinel sentinel, String pattern) {
        return Pattern.compile(pattern)
                .matcher(String.valueOf(sentinel.command("CLIENT", "LIST")))
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toSet());
    }

    private static void untilAnswering(HaStack stack, int number) throws Exception {
        until(
                number + " answer",
                () -> stack.health().store("redis").describe().contains(number + " of 3 Sentinels answer"));
    }

    @Test
    void that_names_addresses_other_than_the_configured_ones_has_no_primary_fenced() throws Exception {
        Map<String, String> names = byName();
        try (Said said = Said.by("dev.hastack")) {
            String main = redis.primary().id();
            for (int i = 0; i < 4; i++) {
                Stacks.ready(redis, names).close();
            }
            assertThat(said.lines()).as("at starts").noneMatch(line -> refused(line, main));

            try (HaStack stack = Stacks.ready(redis, names)) {
                HaRedis store = stack.get(HaRedis.class);
                RedisNode next = redis.failover();
                until("the appointed one leads", () -> Stacks.status(store, next.id()) == Status.PRIMARY);
                store.connection().sync().set("sentinel", "by name");
                until(
                        "all Sentinels name it",
                        () -> redis.sentinels().stream().allMatch(sentinel -> names(sentinel, next)));
                // Until their next INFO they have no run_id.
                Stacks.ready(redis, names).close();
                redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "100"));
                until(
                        "all know its run_id",
                        () -> redis.sentinels().stream().allMatch(sentinel -> knows(sentinel, next)));

                assertThat(next.command("GET", "sentinel")).isEqualTo("by name");
                assertThat(said.lines()).as("after the failover").noneMatch(line -> refused(line, next.id()));
            }
        } finally {
            redis.sentinels().forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "info-period", "10000"));
        }
    }

    /** The nodes at other addresses than Sentinel names. */
    private Map<String, String> byName() {
        return redis.nodes().stream()
                .collect(Collectors.toMap(
                        node -> "ha.redis.nodes." + node.id() + ".address",
                        node -> node.address().replace("127.0.0.1", "localhost"),
                        (one, same) -> one,
                        HashMap::new));
    }

    private static boolean refused(String line, String node) {
        return line.contains(node + " is no longer the primary") || line.contains(node + " claims to be primary");
    }

    @Test
    void that_names_one_out_of_reach_keeps_a_process_that_starts_from_writing_to_the_old_primary() throws Exception {
        RedisNode main = redis.primary();
        leaveSuccessorOutOfReach(main);
        // So that Sentinel's word is there before any of theirs.
        try (HaStack stack = Stacks.open(redis, Map.of("ha.redis.writes.wait", "1s"))) {
            untilAnswering(stack, 1);
            main.resume();

            refusesWrites(stack, main);
        }
    }

    @Test
    void that_names_one_out_of_reach_by_an_unknown_address_keeps_one_that_starts_from_the_old_primary_too()
            throws Exception {
        RedisNode main = redis.primary();
        leaveSuccessorOutOfReach(main);
        main.resume();
        // It lists it as the primary until the failover is over, which may not come to pass, and then as a replica.
        until(
                "the Sentinel knows the old one",
                () -> lists(redis.sentinels().get(0), "MASTER", main)
                        || lists(redis.sentinels().get(0), "REPLICAS", main));
        Map<String, String> settings = byName();
        settings.put("ha.redis.writes.wait", "1s");
        try (HaStack stack = Stacks.open(redis, settings)) {
            refusesWrites(stack, main);
        }
    }

    /** The one Sentinel that is left names it, and cannot appoint another, or make the old one its replica. */
    private void leaveSuccessorOutOfReach(RedisNode main) throws Exception {
        main.hang();
        RedisNode next = redis.awaitPrimaryOtherThan(main, Duration.ofSeconds(60));
        until("it is named", () -> names(redis.sentinels().get(0), next));
        redis.sentinels().get(1).kill();
        redis.sentinels().get(2).kill();
        // The third as well, which may follow the new one and tell of it.
        redis.nodes().stream().filter(node -> node != main).forEach(RedisNode::hang);
    }

    private static void refusesWrites(HaStack stack, RedisNode main) throws Exception {
        HaRedis store = stack.get(HaRedis.class);
        until(
                "only the old one answers",
                () -> store.topology().nodes().values().stream()
                        .allMatch(node -> node.node().equals(main.id())
                                ? Set.of(Status.PRIMARY, Status.FENCED).contains(node.status())
                                : node.status() == Status.DOWN));
        RedisCommands<String, String> commands = store.connection().sync();
        assertThatThrownBy(() -> commands.set("out of reach", "1")).isInstanceOf(RedisNoPrimaryException.class);
        assertThat(Stacks.status(store, main.id())).isEqualTo(Status.FENCED);
        assertThat(main.command("EXISTS", "out of reach")).isEqualTo(0L);
    }

    private static boolean names(RedisSentinel sentinel, RedisNode primary) {
        return List.of("127.0.0.1", primary.address().replaceAll(".*:", ""))
                .equals(sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisReplication.SENTINEL_MASTER));
    }

    private static boolean knows(RedisSentinel sentinel, RedisNode primary) {
        return lists(sentinel, "MASTER", primary);
    }

    private static boolean lists(RedisSentinel sentinel, String where, RedisNode node) {
        return String.valueOf(sentinel.command("SENTINEL", where, RedisReplication.SENTINEL_MASTER))
                .contains(run(node));
    }

    private static String run(RedisNode node) {
        return String.valueOf(node.command("INFO", "server")).replaceAll("(?s).*run_id:(\\w+).*", "$1");
    }

    @Test
    void a_replica_that_is_added_later_is_found() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.redis.nodes."));
        try (RedisReplication more = RedisReplication.builder().node("added").start();
                HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
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
