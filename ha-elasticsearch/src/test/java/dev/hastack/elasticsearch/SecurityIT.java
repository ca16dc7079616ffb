package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.HaStackExtension;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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
        try (Articles articles = Articles.open(cluster.properties())) {
            assertThat(articles.search("news")).isEqualTo(10);
            assertThat(articles.stack().health().toString()).doesNotContain(secret("password"));
        }
    }

    @Test
    void trusts_a_server_by_its_fingerprint() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove("ha.elasticsearch.tls-trust-certificates");
        try (Articles articles = Articles.open(settings, "tls-fingerprint", fingerprint())) {
            assertThat(articles.search("news")).isEqualTo(10);
        }
    }

    @Test
    void trusts_no_server_of_another_fingerprint() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove("ha.elasticsearch.tls-trust-certificates");
        settings.put("ha.elasticsearch.tls-fingerprint", "00".repeat(32));

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(1))).isFalse();
            assertThat(stack.health().toString()).contains("ha.elasticsearch.tls-fingerprint");
        }
    }

    @Test
    void says_at_once_that_a_wrong_password_is_refused() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put("ha.elasticsearch.password", "not-the-password");

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Eventually.until("it was refused", () -> stack.health().toString().contains("HTTP 401"));
            assertThatThrownBy(() -> stack.get(HaElasticsearch.class).client().count())
                    .isInstanceOf(NoNodeException.class)
                    .hasMessageContaining("check ha.elasticsearch.username and password")
                    .hasMessageNotContaining("not-the-password");
        }
    }

    private String secret(String key) {
        return Objects.requireNonNull(cluster.properties().get("ha.elasticsearch." + key));
    }

    private String fingerprint() throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(secret("tls-trust-certificates")))) {
            byte[] certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate));
        }
    }
}
