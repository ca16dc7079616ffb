package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hastack.core.config.StackConfig;
import dev.hastack.core.topology.Kind;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

class PostgresTlsTest {

    /** Of a cluster with these settings. */
    private static PostgresTls tls(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "ha.postgres.database", "cms",
                "ha.postgres.username", "cms",
                "ha.postgres.nodes.main.address", "localhost:1"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new PostgresTls(StackConfig.of(all).postgres().orElseThrow());
    }

    private static Properties set(String... settings) {
        Properties properties = new Properties();
        tls(settings).set(properties);
        return properties;
    }

    @Test
    void the_driver_is_told_what_the_section_says() {
        String enabled = "ha.postgres.tls.enabled";
        String factory = NodeTlsFactory.class.getName();

        assertThat(set()).isEmpty();
        assertThat(set(enabled, "false")).isEqualTo(Map.of("sslmode", "disable"));
        assertThat(set(enabled, "true")).isEqualTo(Map.of("sslmode", "verify-full", "sslfactory", factory));
        assertThat(set(enabled, "true", "ha.postgres.tls.verify", "ca"))
                .isEqualTo(Map.of("sslmode", "verify-ca", "sslfactory", factory));
        assertThat(set(enabled, "true", "ha.postgres.tls.verify", "none"))
                .isEqualTo(Map.of("sslmode", "require", "sslfactory", factory));
    }

    @Test
    void a_server_that_takes_encrypted_connections_alone_is_told() {
        SQLException refused = new SQLException(
                "FATAL: no pg_hba.conf entry for host \"10.0.0.9\", user \"cms\", database \"cms\", no encryption",
                "28000");

        SQLException told = tls().explained(refused);
        assertThat((Throwable) told)
                .hasMessageStartingWith("TLS: the server speaks TLS; it wants nothing else of this user")
                .hasMessageContaining("10.0.0.9")
                .hasMessageContaining("ha.postgres.tls.enabled has to be true")
                .hasRootCause(refused);
        assertThat(PostgresErrors.kind(told)).contains(Kind.DENIED);
    }

    @Test
    void a_file_of_this_side_that_cannot_be_used_is_told() {
        Properties properties = new Properties();
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", "/nowhere/root.crt");
        PSQLException useless = catchThrowableOfType(PSQLException.class, () -> new LibPQFactory(properties));

        SQLException told = tls("ha.postgres.properties.sslmode", "verify-full").explained(useless);

        assertThat((Throwable) told)
                .hasMessageStartingWith("TLS: what this side should show cannot be used")
                .hasMessageContaining("/nowhere/root.crt")
                .hasMessageContaining("ha.postgres.properties.sslcert");
        assertThat(PostgresErrors.kind(told)).contains(Kind.DENIED);
    }

    @Test
    void a_server_that_wants_a_certificate_is_told() {
        SQLException wanted = new SQLException("FATAL: connection requires a valid client certificate", "28000");

        String words = "TLS: the server refuses the certificate that it was shown, or wants one";
        assertThat((Throwable) tls("ha.postgres.tls.enabled", "true").explained(wanted))
                .hasMessageStartingWith(words)
                .hasMessageContaining("ha.postgres.tls.certificate and key");
        assertThat((Throwable) tls("ha.postgres.properties.ssl", "true").explained(wanted))
                .hasMessageStartingWith(words)
                .hasMessageContaining("ha.postgres.properties.sslcert");
    }

    @Test
    void what_has_nothing_to_do_with_TLS_stays_as_it_is() {
        SQLException refused = new SQLException("FATAL: password authentication failed for user \"cms\"", "28P01");

        assertThat((Throwable) tls().explained(refused)).isSameAs(refused);
    }
}
