package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A certificate that must be refused is, and whoever reads health or an error reads what is wrong with it. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main"},
                        tls = true))
class CertificatesIT {
    private static final String ROOT = "ha.postgres.tls.trust-certificates";

    @TempDir
    static Path folder;

    private static Authority authority;

    private final PostgresCluster cluster;

    CertificatesIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void found() throws Exception {
        authority = Authority.found(folder);
    }

    @Test
    void of_one_whom_nobody_vouches_for_is_refused() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put(ROOT, authority.certificate().toString());

        assertThatItIsRefused(settings, "TLS: nobody who is trusted vouches for the server's certificate");
    }

    @Test
    void of_another_host_is_refused_unless_hosts_are_not_to_be_looked_at() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put(
                "ha.postgres.nodes.main.address",
                "localhost:" + cluster.node("main").port());

        assertThatItIsRefused(settings, "TLS: the server's certificate is of another host");
        settings.put("ha.postgres.tls.verify", "ca");
        assertThatItServes(settings);
    }

    @Test
    void of_a_known_fingerprint_is_believed_and_no_other() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.remove(ROOT);
        settings.put("ha.postgres.tls.fingerprint", fingerprint(own()));
        assertThatItServes(settings);

        settings.put("ha.postgres.tls.fingerprint", fingerprint(authority.certificate()));
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Stacks.until(
                    "it is told",
                    () -> Stacks.health(stack, "main").reason().orElse("").contains("ha.postgres.tls.fingerprint"));
        }
    }

    @Test
    void is_looked_at_by_the_driver_s_own_properties_where_there_is_no_section() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.keySet().removeIf(key -> key.startsWith("ha.postgres.tls."));
        settings.put("ha.postgres.properties.sslmode", "verify-full");
        settings.put("ha.postgres.properties.sslrootcert", own().toString());
        assertThatItServes(settings);

        settings.put(
                "ha.postgres.properties.sslrootcert", authority.certificate().toString());
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Stacks.until(
                    "it is told",
                    () -> Stacks.health(stack, "main")
                            .reason()
                            .orElse("")
                            .contains("ha.postgres.properties.sslrootcert says whom to trust"));
        }
    }

    @Test
    void of_this_side_is_shown_to_a_server_that_wants_one() throws Exception {
        Demanding demanding = new Demanding(cluster, own());
        try {
            Map<String, String> settings = new HashMap<>(cluster.properties());
            try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
                Stacks.until(
                        "it is told",
                        () -> Stacks.health(stack, "main")
                                .reason()
                                .orElse("")
                                .contains("ha.postgres.tls.certificate and key say what is shown"));
            }
            settings.put("ha.postgres.tls.certificate", own().toString());
            settings.put(
                    "ha.postgres.tls.key", own().resolveSibling("server.key").toString());
            assertThatItServes(settings);
        } finally {
            demanding.end();
        }
    }

    private Path own() {
        return Path.of(Objects.requireNonNull(cluster.properties().get(ROOT)));
    }

    private static String fingerprint(Path certificate) throws Exception {
        try (InputStream in = Files.newInputStream(certificate)) {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(CertificateFactory.getInstance("X.509")
                                    .generateCertificate(in)
                                    .getEncoded()));
        }
    }

    /** Until its end the server wants to be shown a certificate. */
    private static final class Demanding {
        private static final String RULE = "hostssl all app 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n";

        private final PostgresCluster cluster;
        private final Path file;
        private final String before;

        Demanding(PostgresCluster cluster, Path authority) throws Exception {
            this.cluster = cluster;
            this.file = Path.of(Objects.requireNonNull(cluster.node("main").query("SHOW hba_file")));
            this.before = Files.readString(file);
            change("ALTER SYSTEM SET ssl_ca_file = '" + authority + "'", RULE + before);
            Stacks.until("it knows whom it trusts", () -> !trusts().isEmpty());
        }

        private void change(String statement, String rules) throws Exception {
            Files.writeString(file, rules);
            try (Connection superuser = cluster.node("main").superuser()) {
                Stacks.execute(superuser, statement);
                Stacks.execute(superuser, "SELECT pg_reload_conf()");
            }
        }

        private String trusts() throws SQLException {
            try (Connection superuser = cluster.node("main").superuser()) {
                return Stacks.query(superuser, "SHOW ssl_ca_file");
            }
        }

        void end() throws Exception {
            change("ALTER SYSTEM RESET ssl_ca_file", before);
            Stacks.until("it trusts nobody", () -> trusts().isEmpty());
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -30d | 10 | TLS: the server's certificate has expired
            +10d | 10 | TLS: the server's certificate is not valid yet
            """)
    void out_of_its_time_is_refused_however_it_is_looked_at(String from, int days, String why) throws Exception {
        Path own = own();
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put(ROOT, authority.certificate().toString());
        try {
            become(authority.sign(own, "-1d", 10));
            assertThatItServes(settings);

            become(authority.sign(own, from, days));
            assertThatItIsRefused(settings, why);
            settings.put("ha.postgres.tls.verify", "ca");
            assertThatItIsRefused(settings, why);
        } finally {
            become(own);
        }
    }

    /** Shows new connections this certificate. */
    private void become(Path certificate) throws Exception {
        try (Connection superuser = cluster.node("main").superuser()) {
            Stacks.execute(superuser, "ALTER SYSTEM SET ssl_cert_file = '" + certificate + "'");
            Stacks.execute(superuser, "SELECT pg_reload_conf()");
        }
        Stacks.until("it shows " + certificate, () -> shown().equals(certificate.toString()));
    }

    private String shown() throws SQLException {
        try (Connection superuser = cluster.node("main").superuser()) {
            return Stacks.query(superuser, "SHOW ssl_cert_file");
        }
    }

    private static void assertThatItIsRefused(Map<String, String> settings, String why) throws Exception {
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            assertThatThrownBy(() -> Stacks.query(postgres.primary(), "SELECT 1"))
                    .isInstanceOf(PostgresNoPrimaryException.class)
                    .hasMessageContaining("waiting is in vain: " + why)
                    .hasMessageContaining(ROOT)
                    .hasMessageNotContaining("check ha.postgres.username");
            assertThatThrownBy(() -> Stacks.query(postgres.replica(), "SELECT 1"))
                    .isInstanceOf(PostgresNoReplicaException.class)
                    .hasMessageContaining("waiting is in vain: " + why)
                    .hasMessageNotContaining("check ha.postgres.username");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
            assertThat(Stacks.health(stack, "main").reason().orElseThrow())
                    .startsWith("DENIED: " + why)
                    .contains(ROOT);
        }
    }

    private static void assertThatItServes(Map<String, String> settings) throws Exception {
        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                    .as("ready: %s", stack.health())
                    .isTrue();
            assertThat(Stacks.query(
                            stack.get(HaPostgres.class).primary(),
                            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isEqualTo("t");
        }
    }
}
