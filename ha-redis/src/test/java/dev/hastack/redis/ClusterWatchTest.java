package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import java.net.ConnectException;
import java.security.cert.CertificateExpiredException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class ClusterWatchTest {

    private static String fault(Exception cause) {
        return ClusterWatch.fault(new ExecutionException(new RedisConnectionException("Unable to connect", cause)));
    }

    @Test
    void a_certificate_that_is_not_believed_is_told_as_without_a_cluster() {
        SSLHandshakeException refused = new SSLHandshakeException("PKIX path validation failed");
        refused.initCause(new CertificateExpiredException("NotAfter: yesterday"));

        assertThat(fault(refused))
                .isEqualTo(
                        "TLS: the server's certificate has expired (NotAfter: yesterday);"
                                + " ha.redis.tls.trust-certificates or fingerprint says whom to trust, ha.redis.tls.verify what is checked");
    }

    @Test
    void no_password_is_shown_that_a_node_repeats() {
        assertThat(fault(new RedisCommandExecutionException(
                        "ERR unknown command `AUTH`, with args beginning with: `hunter2`")))
                .isEqualTo("ERR unknown command `AUTH`");
    }

    @Test
    void of_anything_else_the_innermost_cause_is_told() {
        ConnectException refused = new ConnectException("Connection refused: /127.0.0.1:1");
        refused.initCause(new ConnectException("Connection refused"));

        assertThat(fault(refused)).isEqualTo("Connection refused");
    }
}
