package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.HaStackExtension;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class SecurityIT {
    @RegisterExtension
    static final HaStackExtension SERVERS = HaStackExtension.of(Secured.node());

    private final ElasticsearchCluster cluster = SERVERS.elasticsearch();

    @BeforeEach
    void publish() {
        Articles.publish(cluster, "news", 0, "");
    }

    @Test
    void logs_in_by_password_over_https() throws Exception {
        try (Articles articles = open(cluster.properties())) {
            assertThat(articles.search("news")).isEqualTo(10);
            assertThat(articles.stack().health().toString()).doesNotContain(secret("password"));
        }
    }

    @Test
    void trusts_a_server_by_its_fingerprint() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove("ha.elasticsearch.tls.trust-certificates");
        try (Articles articles = open(settings, "tls.fingerprint", fingerprint())) {
            assertThat(articles.search("news")).isEqualTo(10);
        }
    }

    @Test
    void trusts_no_server_of_another_fingerprint() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove("ha.elasticsearch.tls.trust-certificates");
        settings.put("ha.elasticsearch.tls.fingerprint", "00".repeat(32));

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Eventually.until(
                    "it is told", () -> stack.health().toString().contains("ha.elasticsearch.tls.fingerprint"));
            assertThat(stack.awaitReady(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void says_at_once_that_a_wrong_password_is_refused() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put("ha.elasticsearch.password", "not-the-password");

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Eventually.until("it was refused", () -> stack.health().toString().contains("HTTP 401"));
            assertThatThrownBy(() -> stack.get(HaElasticsearch.class).client().count())
                    .isInstanceOf(ElasticsearchNoNodeException.class)
                    .hasMessageContaining("check ha.elasticsearch.username and password")
                    .hasMessageNotContaining("not-the-password");
        }
    }

    /** By a server that has such a right for each of its questions. */
    @ParameterizedTest
    @ValueSource(strings = {"main", "state", "nodes", "nothing"})
    void uses_a_node_that_refuses_questions_of_the_probe(String right) throws Exception {
        try (Articles articles = open(cluster.properties(), "username", Secured.MODEST + right)) {
            assertThat(articles.search("news")).isEqualTo(10);
            articles.add("news");
            StoreHealth health = articles.store().health();
            assertThat(health.health()).as("%s", health).isEqualTo(Health.UP);
            assertThat(health.note(HealthCode.FACTS_UNKNOWN).orElseThrow().text())
                    .contains(" refused: HTTP 403 ")
                    .contains("needs the cluster privilege monitor");
        }
    }

    @Test
    void a_password_that_becomes_another_is_read_again(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), secret("password"));
        try (Articles articles = open(asDelivery(file))) {
            assertThat(articles.search("news")).isEqualTo(10);

            cluster.changePassword("cms-delivery", "another-one");
            Eventually.until(
                    "the old one is refused",
                    () -> articles.stack().health().toString().contains("HTTP 401"));
            Files.writeString(file, "another-one\n");

            Eventually.until(
                    "it serves with the new one",
                    () -> articles.stack().health().health() == Health.UP);
            assertThat(articles.search("news")).isEqualTo(10);
        } finally {
            cluster.changePassword("cms-delivery", secret("password"));
        }
    }

    @Test
    void a_request_that_is_refused_is_made_once_more_with_what_the_password_is_by_then(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("password"), secret("password"));
        Map<String, String> settings = asDelivery(file);
        // No probe looks at the file meanwhile.
        settings.put("ha.probe.interval", "1h");
        try (Articles articles = open(settings)) {
            assertThat(articles.search("news")).isEqualTo(10);
            Eventually.until(
                    "the haste of probes after the start is over",
                    () -> articles.store().topology().nodes().values().stream()
                            .allMatch(
                                    node -> node.since().isBefore(Instant.now().minusMillis(1_200))));
            cluster.changePassword("cms-delivery", "yet-another");
            Files.writeString(file, "yet-another\n");

            assertThat(articles.search("news")).isEqualTo(10);
        } finally {
            cluster.changePassword("cms-delivery", secret("password"));
        }
    }

    private Map<String, String> asDelivery(Path passwordFile) {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove("ha.elasticsearch.password");
        settings.put("ha.elasticsearch.username", "cms-delivery");
        settings.put("ha.elasticsearch.password-file", passwordFile.toString());
        return settings;
    }

    @Test
    void a_server_that_speaks_TLS_where_this_side_does_not_is_told() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.elasticsearch.tls"));
        settings.computeIfPresent(
                "ha.elasticsearch.nodes.es-1.address", (key, address) -> address.replace("https:", "http:"));

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Eventually.until(
                    "it was told", () -> stack.health().toString().contains("TLS: the server speaks TLS; http://"));
            assertThatThrownBy(() -> stack.get(HaElasticsearch.class).client().count())
                    .isInstanceOf(ElasticsearchNoNodeException.class)
                    .hasMessageContaining("waiting is in vain: TLS: the server speaks TLS")
                    .hasMessageNotContaining("check ha.elasticsearch.username");
        }
    }

    @Test
    void the_fault_of_a_certificate_is_told_and_not_to_check_the_password() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove("ha.elasticsearch.tls.trust-certificates");

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Eventually.until(
                    "it was told",
                    () -> stack.health()
                            .toString()
                            .contains("TLS: nobody who is trusted vouches for the server's certificate"));
            assertThatThrownBy(() -> stack.get(HaElasticsearch.class).client().count())
                    .isInstanceOf(ElasticsearchNoNodeException.class)
                    .hasMessageContaining("waiting is in vain: TLS: nobody who is trusted")
                    .hasMessageNotContaining("check ha.elasticsearch.username");
        }
    }

    private String secret(String key) {
        return Objects.requireNonNull(cluster.properties().get("ha.elasticsearch." + key));
    }

    private String fingerprint() throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(secret("tls.trust-certificates")))) {
            byte[] certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate));
        }
    }

    /** What is asked has the time that an answer takes on a busy machine. */
    private static Articles open(Map<String, String> properties, String... more) {
        Map<String, String> patient = new HashMap<>(properties);
        patient.put("ha.elasticsearch.reads.timeout", "60s");
        patient.put("ha.elasticsearch.writes.timeout", "60s");
        return Articles.open(patient, more);
    }
}
