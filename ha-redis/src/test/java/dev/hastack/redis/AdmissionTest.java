package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Secret;
import dev.hastack.core.config.ShownSecret;
import io.lettuce.core.RedisCommandExecutionException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Throwable wrong = new RedisCommandExecutionException("WRONGPASS invalid username-password pair");

    private final AtomicReference<String> password = new AtomicReference<>("old");
    private final Admission admission =
            new Admission(new ShownSecret(Optional.of(Secret.from(password::get))), Duration.ofSeconds(1));
    private Instant now = Instant.EPOCH;

    /** How long it is left alone after it denies once more. */
    private long seconds() {
        admission.shows();
        admission.failed(wrong, now);
        Instant then = now;
        while (admission.rests(now)) {
            now = now.plusSeconds(1);
        }
        return Duration.between(then, now).toSeconds();
    }

    @Test
    void a_server_that_denies_is_left_alone_for_longer_and_longer() {
        assertThat(new long[] {seconds(), seconds(), seconds(), seconds(), seconds(), seconds(), seconds()})
                .containsExactly(1, 2, 4, 8, 16, 30, 30);
        admission.answered();
        assertThat(admission.rests(now)).isFalse();
        assertThat(seconds()).isEqualTo(1);
    }

    @Test
    void one_that_speaks_another_tls_is_left_alone_and_one_that_is_away_is_not() {
        admission.failed(new CompletionException(new SSLHandshakeException("No appropriate protocol")), now);
        assertThat(admission.rests(now)).isTrue();

        admission.failed(new ConnectException("Connection refused"), now);

        assertThat(admission.rests(now)).isFalse();
    }

    @Test
    void it_is_asked_again_with_another_password() {
        assertThat(seconds()).isEqualTo(1);
        admission.shows();
        admission.failed(wrong, now);
        assertThat(admission.rests(now)).isTrue();

        password.set("new");

        assertThat(admission.rests(now)).isTrue();
        assertThat(admission.rests(now.plusMillis(1_001))).isFalse();
    }
}
