package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An ACL user over TLS. */
@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica-1"},
                        password = true,
                        tls = true))
class SecurityIT {
    private final RedisReplication redis;

    SecurityIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void a_user_with_a_password_is_served_over_tls() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            assertThat(store.connection().sync().set("secure", "1")).isEqualTo("OK");
            assertThat(store.primary().sync().get("secure")).isEqualTo("1");
            assertThat(store.dedicated().sync().ping()).isEqualTo("PONG");
            assertThat(store.pubSub().sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    void a_user_with_no_more_rights_than_it_needs_is_served(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "of the file\n");
        for (RedisNode node : redis.nodes()) {
            List<String> user = new ArrayList<>(List.of("ACL", "SETUSER", "least", "on", ">of the file", "~least:*"));
            user.addAll(List.of("+info", "+ping", "+get", "+set"));
            node.command(user.toArray(String[]::new));
        }
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.remove("ha.redis.password");
        settings.put("ha.redis.username", "least");
        settings.put("ha.redis.password-file", file.toString());
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(10))).isTrue();
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).primary().sync();
            assertThat(commands.set("least:key", "1")).isEqualTo("OK");
            assertThat(commands.get("least:key")).isEqualTo("1");

            assertThatThrownBy(() -> commands.set("other", "1")).hasMessageStartingWith("NOPERM");
            assertThatThrownBy(() -> commands.del("least:key")).hasMessageStartingWith("NOPERM");
            until("nobody is blamed for it", () -> stack.health().health() == Health.UP);
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "least"));
        }
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_told_and_may_be_let_pass() throws Exception {
        Map<String, String> settings = atLocalhost();
        settings.remove("ha.redis.tls-trust-certificates");
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("it is told", () -> reason(stack).contains("certification path"));
            assertThat(reason(stack))
                    .startsWith("DENIED")
                    .contains("ha.redis.tls-trust-certificates")
                    .doesNotContain(redis.properties().get("ha.redis.username"), "**");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
        settings.put("ha.redis.tls-verify", "none");
        assertThatItServes(settings);
    }

    @Test
    void a_certificate_of_another_host_is_told_and_may_be_let_pass() throws Exception {
        Map<String, String> settings = atLocalhost();
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("it is told", () -> reason(stack).contains("localhost"));
            assertThat(reason(stack)).contains("ha.redis.tls-verify");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
        settings.put("ha.redis.tls-verify", "ca");
        assertThatItServes(settings);
    }

    /** By a name that is not in the certificate. */
    private Map<String, String> atLocalhost() {
        Map<String, String> settings = new HashMap<>(redis.properties());
        redis.nodes()
                .forEach(node -> settings.put("ha.redis.nodes." + node.id() + ".address", "localhost:" + node.port()));
        return settings;
    }

    private static String reason(HaStack stack) {
        return Stacks.health(stack, "main").reason().orElse("");
    }

    private static void assertThatItServes(Map<String, String> settings) {
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(10)))
                    .as("ready: %s", stack.health())
                    .isTrue();
            assertThat(stack.get(HaRedis.class).connection().sync().set("secure", "2"))
                    .isEqualTo("OK");
        }
    }

    @Test
    void no_log_shows_a_password_right_or_wrong_down_to_debug() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        List<Appender<ILoggingEvent>> usual = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(usual::add);
        usual.forEach(root::detachAppender);
        root.addAppender(log);
        log.start();
        root.setLevel(Level.DEBUG);
        try {
            a_user_with_a_password_is_served_over_tls();
            try (HaStack stack = Stacks.open(redis, Map.of("ha.redis.password", "not-the-one"))) {
                until("it is told", () -> reason(stack).contains("WRONGPASS"));
            }
        } finally {
            root.setLevel(before);
            root.detachAppender(log);
            usual.forEach(root::addAppender);
        }
        String right = redis.properties().get("ha.redis.password");
        assertThat(log.list).hasSizeGreaterThan(100);
        assertThat(log.list)
                .allSatisfy(event -> assertThat(event.getFormattedMessage() + " " + event.getKeyValuePairs() + " "
                                + event.getThrowableProxy())
                        .doesNotContain("not-the-one", right));
    }

    @Test
    void a_wrong_password_is_told_without_it_and_not_waited_for() {
        Map<String, String> wrong = Map.of("ha.redis.password", "not-the-one");
        try (HaStack stack = Stacks.open(redis, wrong)) {
            assertThatThrownBy(
                            () -> stack.get(HaRedis.class).connection().sync().set("secure", "1"))
                    .isInstanceOf(NoPrimaryException.class)
                    .hasMessageContaining("every node denies access")
                    .hasMessageContaining("ha.redis.username")
                    .hasMessageNotContaining("not-the-one");
            assertThat(stack.health().toString()).doesNotContain("not-the-one").contains("WRONGPASS");
        }
    }
}
