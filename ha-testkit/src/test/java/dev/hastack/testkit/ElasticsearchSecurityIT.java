package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.testkit.junit.HaStackExtension;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Logging in, and HTTPS. */
@Tag("slow")
@Timeout(600)
@ResourceLock("dev.hastack.testkit")
class ElasticsearchSecurityIT {
    @RegisterExtension
    static final HaStackExtension STACK = HaStackExtension.of(
            ElasticsearchCluster.builder().password().tls().setting("action.auto_create_index", "false"));

    private static String answer(Optional<String> login, SSLContext trust) {
        ElasticsearchCluster cluster = STACK.elasticsearch();
        return new ElasticsearchHttp(cluster.node("es-1").address().toString(), login, Optional.of(trust))
                .send("GET", "/_security/_authenticate", null);
    }

    private static SSLContext trust() {
        var certificate = Path.of(STACK.elasticsearch().properties().get("ha.elasticsearch.tls.trust-certificates"));
        return new ServerTls(certificate, certificate).context();
    }

    @Test
    void lets_in_who_has_the_password_and_nobody_else() {
        var properties = STACK.elasticsearch().properties();
        assertThat(properties).containsEntry("ha.elasticsearch.username", "elastic");
        assertThat(properties.get("ha.elasticsearch.nodes.es-1.address")).startsWith("https://127.0.0.1:");

        assertThat(answer(Optional.of("elastic:" + properties.get("ha.elasticsearch.password")), trust()))
                .contains("superuser");
        assertThatThrownBy(() -> answer(Optional.of("elastic:wrong"), trust())).hasMessageContaining("401");
        assertThatThrownBy(() -> answer(Optional.empty(), trust())).hasMessageContaining("401");
    }

    @Test
    void is_trusted_by_its_certificate_alone() {
        assertThatThrownBy(() -> answer(Optional.empty(), SSLContext.getDefault()))
                .hasCauseInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void takes_settings_from_the_layout(ElasticsearchCluster cluster) {
        assertThatThrownBy(() -> cluster.request("PUT", "/articles/_doc/1", "{}"))
                .hasMessageContaining("404")
                .hasMessageContaining("index_not_found_exception");
    }
}
