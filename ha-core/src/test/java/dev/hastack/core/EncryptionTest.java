package dev.hastack.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.StackConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EncryptionTest {
    private static final Set<String> ALL = Set.of("postgres", "redis", "elasticsearch");

    private static Optional<String> warning(Set<String> open, String host, String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "ha.postgres.database",
                "cms",
                "ha.postgres.username",
                "cms",
                "ha.postgres.nodes.main.address",
                host + ":5432",
                "ha.redis.nodes.main.address",
                host + ":6379",
                "ha.elasticsearch.nodes.es.address",
                "http://" + host + ":9200",
                "ha.elasticsearch.index-prefix",
                "cms"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return Encryption.warning(StackConfig.of(settings), open);
    }

    @Test
    void one_sentence_says_what_each_store_does_by_itself_and_what_to_set() {
        assertThat(warning(ALL, "db.internal"))
                .contains(
                        "connections to nodes of other machines are not safe: postgres encrypts where the server offers it,"
                                + " and believes any certificate (db.internal; ha.postgres.tls.enabled=true); redis"
                                + " encrypts nothing, the password included (db.internal; ha.redis.tls.enabled=true); elasticsearch"
                                + " encrypts nothing, the password included (db.internal; ha.elasticsearch.tls.enabled=true,"
                                + " and no http:// in addresses)");
    }

    @Test
    void stores_that_are_not_open_are_left_out() {
        assertThat(warning(Set.of("redis"), "10.0.0.1"))
                .hasValueSatisfying(
                        text -> assertThat(text).contains("redis").doesNotContain("postgres", "elasticsearch"));
    }

    @Test
    void on_this_machine_nothing_has_to_be_said() {
        for (String host : new String[] {
            "localhost", "127.0.0.1", "127.1.2.255", "[::1]", "[0:0:0:0:0:0:0:1]", "[0::0001]", "a.localhost"
        }) {
            assertThat(warning(ALL, host)).as(host).isEmpty();
        }
    }

    @Test
    void what_only_looks_like_this_machine_is_another() {
        // The loader refuses some of these; a program that makes its own configuration may pass them.
        for (String host : new String[] {
            "1",
            "01",
            "0000:1",
            "0.0.0.1",
            "::2",
            "1::1",
            "[::10]",
            "127.0.0.256",
            "127.1",
            "127.db.internal",
            "localhost.db"
        }) {
            assertThat(Encryption.loopback(host)).as(host).isFalse();
        }
        for (String host : new String[] {"::1", "[::1]", "0:0:0:0:0:0:0:1", "0::0001", "127.255.255.254"}) {
            assertThat(Encryption.loopback(host)).as(host).isTrue();
        }
    }

    @Test
    void who_has_said_something_is_not_warned() {
        assertThat(warning(
                        ALL,
                        "db.internal",
                        "ha.postgres.properties.sslmode",
                        "disable",
                        "ha.redis.tls.enabled",
                        "true",
                        "ha.elasticsearch.nodes.es.address",
                        "https://db.internal"))
                .isEmpty();
    }

    @Test
    void nor_is_one_whose_section_says_it_for_all_addresses() {
        for (String enabled : new String[] {"true", "false"}) {
            assertThat(warning(
                            ALL,
                            "db.internal",
                            "ha.postgres.tls.enabled",
                            enabled,
                            "ha.redis.tls.enabled",
                            enabled,
                            "ha.elasticsearch.tls.enabled",
                            enabled,
                            "ha.elasticsearch.nodes.es.address",
                            "db.internal:9200"))
                    .as("enabled=%s", enabled)
                    .isEmpty();
        }
        assertThat(warning(
                        Set.of("elasticsearch"),
                        "db.internal",
                        "ha.elasticsearch.tls.enabled",
                        "true",
                        "ha.elasticsearch.nodes.other.address",
                        "other.internal:9200"))
                .as("one address says otherwise")
                .hasValueSatisfying(has("elasticsearch encrypts nothing, the password included (db.internal;"));
    }

    private static Optional<String> postgres(String... properties) {
        String[] settings = properties.clone();
        for (int i = 0; i < settings.length; i += 2) {
            settings[i] = "ha.postgres.properties." + settings[i];
        }
        return warning(Set.of("postgres"), "db.internal", settings);
    }

    @Test
    void what_the_driver_does_with_its_properties_counts_and_not_that_there_are_some() {
        String nothing = "org.postgresql.ssl.NonValidatingFactory";
        String javas = "org.postgresql.ssl.DefaultJavaSSLFactory";

        assertThat(postgres("ssl", "false")).hasValueSatisfying(has("where the server offers it"));
        assertThat(postgres("sslNegotiation", "postgres")).hasValueSatisfying(has("where the server offers it"));
        assertThat(postgres("sslmode", "prefer")).hasValueSatisfying(has("where the server offers it"));
        assertThat(postgres("sslmode", "allow")).hasValueSatisfying(has("where the server demands it"));
        assertThat(postgres("sslmode", "require")).hasValueSatisfying(has("postgres believes any certificate (db."));
        assertThat(postgres("sslmode", "require", "sslrootcert", "/ca.pem"))
                .hasValueSatisfying(has("sslmode=require passes sslrootcert over"));
        assertThat(postgres("sslmode", "verify-full", "sslfactory", nothing))
                .hasValueSatisfying(has("any certificate, by its sslfactory"));
        assertThat(postgres("sslmode", "require", "sslfactory", javas)).hasValueSatisfying(has("of any host"));
    }

    @Test
    void a_server_that_the_driver_verifies_is_safe() {
        for (String[] settings : new String[][] {
            {"ssl", "true"},
            {"sslmode", "verify-full"},
            {"sslmode", "verify-ca"},
            {"sslmode", "verify-full", "sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"},
            {"sslmode", "require", "sslfactory", "org.postgresql.ssl.SingleCertValidatingFactory"},
            {"sslmode", "require", "sslfactory", "com.example.Own"}
        }) {
            assertThat(postgres(settings)).as("%s", (Object) settings).isEmpty();
        }
    }

    private static Consumer<String> has(String words) {
        return text -> assertThat(text).contains(words);
    }

    @Test
    void sentinels_count_as_well() {
        assertThat(warning(
                        Set.of("redis"),
                        "localhost",
                        "ha.redis.sentinel.master",
                        "m",
                        "ha.redis.sentinel.nodes",
                        "s1.internal"))
                .isPresent();
    }
}
