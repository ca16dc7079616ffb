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
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
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

    /** Users are each node's own: a replica may have been forgotten when a right was granted. */
    @Test
    void a_read_that_one_node_alone_denies_is_done_by_another_and_health_says_what_is_denied() throws Exception {
        for (RedisNode node : redis.nodes()) {
            node.command("ACL", "SETUSER", "uneven", "on", ">uneven", "~*", "+info", "+ping", "+get", "+set");
        }
        redis.node("replica-1").command("ACL", "SETUSER", "uneven", "-get");
        Map<String, String> settings =
                Map.of("ha.redis.username", "uneven", "ha.redis.password", "uneven", "ha.redis.reads.wait", "1m");
        try (HaStack stack = Stacks.ready(redis, settings)) {
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            assertThat(commands.set("uneven", "1")).isEqualTo("OK");
            until("all is well", () -> stack.health().health() == Health.UP);
            assertThatThrownBy(() -> commands.strlen("uneven")).hasMessageStartingWith("NOPERM");

            for (int i = 0; i < 20; i++) {
                assertThat(commands.get("uneven")).isEqualTo("1");
            }

            until(
                    "health says what is denied",
                    () -> Stacks.health(stack, "replica-1")
                            .reason()
                            .filter(reason -> reason.startsWith("denies GET, which another node does: NOPERM"))
                            .isPresent());
            assertThat(stack.health().toString()).doesNotContain("STRLEN");
            assertThat(stack.health().health()).isEqualTo(Health.DEGRADED);
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "uneven"));
        }
    }

    @Test
    void a_password_that_becomes_another_is_read_again(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "one\n");
        become("one");
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.remove("ha.redis.password");
        settings.put("ha.redis.username", "rotated");
        settings.put("ha.redis.password-file", file.toString());
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
            HaRedis store = stack.get(HaRedis.class);
            var subscriber = store.pubSub();
            assertThat(subscriber.sync().ping()).isEqualTo("PONG");

            become("two");
            end();
            until(
                    "the nodes refuse the old one",
                    () -> stack.health().toString().contains("WRONGPASS"));
            Files.writeString(file, "two\n");

            until("it serves with the new one", () -> stack.health().health() == Health.UP);
            assertThat(store.connection().sync().set("rotated", "1")).isEqualTo("OK");
            assertThat(store.dedicated().sync().ping()).isEqualTo("PONG");
            until("subscribers are back", () -> {
                try {
                    return subscriber.sync().ping().equals("PONG");
                } catch (RuntimeException e) {
                    return false;
                }
            });
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "rotated"));
        }
    }

    @Test
    void a_primary_that_lets_its_probe_in_no_more_serves_callers_on_what_they_have() throws Exception {
        become("one");
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.put("ha.redis.username", "rotated");
        settings.put("ha.redis.password", "one");
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            become("two");
            until("its probe is denied", () -> {
                assertThat(commands.set("rotated", "1")).isEqualTo("OK");
                endProbes(redis.node("main"));
                return reason(stack).contains("WRONGPASS");
            });
            long denied = System.nanoTime();
            until("it was denied again, after a second and after two", () -> {
                assertThat(commands.set("rotated", "2")).isEqualTo("OK");
                return System.nanoTime() - denied > Duration.ofSeconds(4).toNanos();
            });
            assertThat(Stacks.health(stack, "main").role()).isEqualTo(Status.PRIMARY);
            become("one");
            until("health is well again", () -> {
                assertThat(commands.set("rotated", "3")).isEqualTo("OK");
                return stack.health().health() == Health.UP;
            });
        } finally {
            redis.nodes().forEach(node -> node.command("ACL", "DELUSER", "rotated"));
        }
    }

    private static void endProbes(RedisNode node) {
        String.valueOf(node.command("CLIENT", "LIST"))
                .lines()
                .filter(line -> line.contains("user=rotated") && line.matches(".* cmd=(info|ping) .*"))
                .map(line -> line.replaceAll("^id=(\\d+) .*", "$1"))
                .forEach(id -> node.command("CLIENT", "KILL", "ID", id));
    }

    private void become(String password) {
        redis.nodes()
                .forEach(node ->
                        node.command("ACL", "SETUSER", "rotated", "reset", "on", ">" + password, "~*", "&*", "+@all"));
    }

    private void end() {
        redis.nodes().forEach(node -> node.command("CLIENT", "KILL", "USER", "rotated"));
    }

    @Test
    void servers_that_speak_TLS_where_this_side_does_not_are_told() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.redis.tls"));
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("it is told", () -> reason(stack).contains("TLS: the server speaks TLS; ha.redis.tls"));
            until(
                    "of the other, too",
                    () -> Stacks.health(stack, "replica-1").reason().orElse("").contains("TLS: "));
            assertThatThrownBy(
                            () -> stack.get(HaRedis.class).connection().sync().get("secure"))
                    .hasMessageContaining("waiting is in vain: TLS: the server speaks TLS")
                    .hasMessageNotContaining("check ha.redis.username");
        }
    }

    @Test
    void nodes_of_a_cluster_and_sentinels_that_speak_TLS_where_this_side_does_not_are_told() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.redis.tls"));
        Map<String, String> cluster = new HashMap<>(settings);
        cluster.put("ha.redis.cluster", "true");
        try (HaStack stack = HaStack.open(StackConfig.of(cluster))) {
            until("it is told of both", () -> {
                List<NodeHealth> nodes = stack.health().stores().get(0).nodes();
                return !nodes.isEmpty()
                        && nodes.stream()
                                .allMatch(node -> node.reason()
                                        .orElse("")
                                        .startsWith("TLS: the server speaks TLS; ha.redis.tls"));
            });
        }
        // That they are no Sentinels is not found out.
        settings.put("ha.redis.sentinel.master", "any");
        settings.put(
                "ha.redis.sentinel.nodes",
                redis.node("main").address() + "," + redis.node("replica-1").address());
        try (Said said = Said.by(SentinelLog.class.getName());
                HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until(
                    "it is told of both",
                    () -> said.count(" does not answer: TLS: the server speaks TLS; ha.redis.tls") == 2);
            assertThat(stack.awaitReady(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_told_and_may_be_let_pass() throws Exception {
        Map<String, String> settings = atLocalhost();
        settings.remove("ha.redis.tls.trust-certificates");
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("it is told", () -> reason(stack).contains("certification path"));
            assertThat(reason(stack))
                    .startsWith("DENIED")
                    .contains("ha.redis.tls.trust-certificates")
                    .contains("TLS: nobody who is trusted vouches for the server's certificate")
                    .doesNotContain(redis.properties().get("ha.redis.username"), "**");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
        settings.put("ha.redis.tls.verify", "none");
        assertThatItServes(settings);
    }

    @Test
    void a_certificate_of_another_host_is_told_and_may_be_let_pass() throws Exception {
        Map<String, String> settings = atLocalhost();
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("it is told", () -> reason(stack).contains("localhost"));
            assertThat(reason(stack)).contains("ha.redis.tls.verify");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
        settings.put("ha.redis.tls.verify", "ca");
        assertThatItServes(settings);
    }

    @Test
    void a_server_is_believed_by_its_fingerprint() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.remove("ha.redis.tls.trust-certificates");
        try (InputStream in = Files.newInputStream(certificate())) {
            byte[] encoded = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
            settings.put(
                    "ha.redis.tls.fingerprint",
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(encoded)));
        }
        assertThatItServes(settings);

        settings.put("ha.redis.tls.fingerprint", "00".repeat(32));
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            until("it is told", () -> reason(stack).contains("ha.redis.tls.fingerprint"));
            assertThat(reason(stack)).startsWith("DENIED: TLS: ");
        }
    }

    @Test
    void a_server_that_wants_a_certificate_is_shown_the_configured_one() throws Exception {
        Map<String, String> settings = new HashMap<>(redis.properties());
        // Connections that are there stay: this one can put it back.
        try (RedisClient client = RedisClient.create(admin());
                StatefulRedisConnection<String, String> admin = connected(client)) {
            admin.sync().configSet("tls-auth-clients", "yes");
            try {
                try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
                    until("it is told", () -> reason(stack).contains("ha.redis.tls.certificate and key say"));
                }
                settings.put("ha.redis.tls.certificate", certificate().toString());
                settings.put(
                        "ha.redis.tls.key",
                        certificate().resolveSibling("server.key").toString());
                assertThatItServes(settings);
            } finally {
                admin.sync().configSet("tls-auth-clients", "no");
            }
        }
    }

    private Path certificate() {
        return Path.of(Objects.requireNonNull(redis.properties().get("ha.redis.tls.trust-certificates")));
    }

    /** The testkit's own user at the primary. */
    private RedisURI admin() {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(redis.node("main").port())
                .withSsl(true)
                .withAuthentication("testkit", redis.properties().get("ha.redis.password"))
                .build();
    }

    private StatefulRedisConnection<String, String> connected(RedisClient client) {
        client.setOptions(ClientOptions.builder()
                .sslOptions(SslOptions.builder()
                        .trustManager(certificate().toFile())
                        .build())
                .build());
        return client.connect();
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
            assertThat(stack.awaitReady(Duration.ofSeconds(60)))
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
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("every node denies access")
                    .hasMessageContaining("ha.redis.username")
                    .hasMessageNotContaining("not-the-one");
            assertThatThrownBy(() -> stack.get(HaRedis.class).dedicated())
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("every node denies access");
            assertThatThrownBy(() -> stack.get(HaRedis.class).pubSub())
                    .isInstanceOf(RedisNoReplicaException.class)
                    .hasMessageContaining("every node denies access");
            assertThat(stack.health().toString()).doesNotContain("not-the-one").contains("WRONGPASS");
        }
    }
}
