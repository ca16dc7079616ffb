package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who knows the words for TLS of one store knows those of the others. */
class TlsConfigTest {
    private static final String DIGITS = "0123456789ABCDEFabcdef012345678900112233445566778899aabbccddeeff";

    private static Map<String, String> all(String... more) {
        Map<String, String> settings = Minimal.with(
                "ha.redis.nodes.a.address", "a",
                "ha.elasticsearch.nodes.a.address", "a",
                "ha.elasticsearch.index-prefix", "x");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    private static StackConfig load(String... more) {
        return StackConfig.of(all(more));
    }

    private static List<String> faults(String... more) {
        return Minimal.faults(ConfigLoader.bare().with(all(more)));
    }

    private static Optional<TlsConfig> of(StackConfig config, String store) {
        return switch (store) {
            case "postgres" -> config.postgres().orElseThrow().tls();
            case "redis" -> config.redis().orElseThrow().tls();
            default -> config.elasticsearch().orElseThrow().tls();
        };
    }

    @Test
    void the_section_has_the_same_keys_in_every_store() {
        List<List<String>> keys = new ArrayList<>();
        for (String store : List.of("postgres", "redis", "elasticsearch")) {
            String section = "ha." + store + ".tls.";
            keys.add(Schema.keys(new KnownIds()).stream()
                    .filter(key -> key.startsWith(section))
                    .map(key -> key.substring(section.length()))
                    .toList());
        }
        assertThat(keys)
                .containsOnly(List.of("enabled", "verify", "trust-certificates", "certificate", "key", "fingerprint"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "redis", "elasticsearch"})
    void the_section_is_absent_unless_a_key_of_it_is_set(String store) {
        assertThat(of(load(), store)).isEmpty();
        assertThat(of(load("ha." + store + ".tls.enabled", "true"), store)).contains(TlsConfig.standard());
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "redis", "elasticsearch"})
    void whether_it_is_on_has_to_be_said_where_anything_is_said(String store) {
        assertThat(faults("ha." + store + ".tls.verify", "ca"))
                .singleElement()
                .asString()
                .startsWith("ha." + store + ".tls.enabled: required, not set in any source");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fingerprint | 00:11   | expected 64 hexadecimal digits, as elasticsearch-certutil or openssl x509 -fingerprint -sha256 show them
            verify      | perhaps | expected one of full, ca, none
            """)
    void what_is_wrong_is_the_same_fault_in_every_store(String key, String value, String expected) {
        for (String store : List.of("postgres", "redis", "elasticsearch")) {
            String section = "ha." + store + ".tls.";
            assertThat(faults(section + "enabled", "true", section + key, value))
                    .containsExactly(section + key + " = \"" + value + "\" (program): " + expected);
        }
    }

    @Test
    void a_key_comes_with_its_certificate_and_a_fingerprint_without_a_file() {
        // As a program makes it, since the loader looks into the files first.
        Optional<Path> file = Optional.of(Path.of("any.pem"));
        assertThat(broken(Optional.empty(), Optional.empty(), file, Optional.empty()))
                .isEqualTo("key: expected together with certificate, or not at all");
        assertThat(broken(Optional.empty(), file, Optional.empty(), Optional.empty()))
                .isEqualTo("key: expected together with certificate, or not at all");
        assertThat(broken(file, Optional.empty(), Optional.empty(), Optional.of(DIGITS)))
                .isEqualTo("fingerprint: expected either certificates in a file, or a fingerprint");
        assertThat(broken(Optional.empty(), file, file, Optional.of(DIGITS.replaceAll("..(?=.)", "$0:"))))
                .isEmpty();
    }

    private static String broken(
            Optional<Path> trust, Optional<Path> certificate, Optional<Path> key, Optional<String> fingerprint) {
        try {
            TlsConfig unused = new TlsConfig(true, TlsVerify.FULL, trust, certificate, key, fingerprint);
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "sslfactory"})
    void the_driver_of_PostgreSQL_is_not_given_two_answers(String property) {
        assertThat(faults("ha.postgres.tls.enabled", "true", "ha.postgres.properties." + property, "true"))
                .containsExactly("ha.postgres.properties." + property
                        + " = \"true\" (program): expected none beside ha.postgres.tls, which says the same");
        assertThat(faults("ha.postgres.properties." + property, "true")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a,,http://a:9200",
        "a,true,https://a:9200",
        "a,false,http://a:9200",
        "a:9201,true,https://a:9201",
        "[::1],true,https://[::1]:9200",
        "10.0.0.1:9200,,http://10.0.0.1:9200",
        "https://a,,https://a:9200",
        "https://a/es,true,https://a:9200/es",
    })
    void an_address_of_Elasticsearch_without_a_scheme_has_the_one_of_the_section(
            String address, @Nullable String enabled, String expected) {
        StackConfig config = enabled == null
                ? load("ha.elasticsearch.nodes.a.address", address)
                : load("ha.elasticsearch.nodes.a.address", address, "ha.elasticsearch.tls.enabled", enabled);
        assertThat(config.elasticsearch().orElseThrow().nodes())
                .hasEntrySatisfying("a", node -> assertThat(node.address()).isEqualTo(URI.create(expected)));
    }

    @Test
    void an_address_of_Elasticsearch_does_not_contradict_the_section() {
        String address = "ha.elasticsearch.nodes.a.address";
        String enabled = "ha.elasticsearch.tls.enabled";
        assertThat(faults(address, "http://a", enabled, "true"))
                .containsExactly(
                        enabled + " = \"true\" (program): expected false, or at least one address that begins with"
                                + " https://, or with neither that nor http://");
        assertThat(faults(address, "https://a", enabled, "false"))
                .containsExactly(
                        enabled + " = \"false\" (program): expected true, or no address that begins with https://");
        // While a cluster is led from the one to the other.
        assertThat(faults(address, "http://a", "ha.elasticsearch.nodes.b.address", "b", enabled, "true"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http:/a", "http:a", "a:9200/path", "ftp://a", "a:b", ""})
    void nonsense_is_no_address_of_Elasticsearch(String address) {
        assertThat(faults("ha.elasticsearch.nodes.a.address", address))
                .containsExactly("ha.elasticsearch.nodes.a.address = \"" + address
                        + "\" (program): expected host:port, http://host:port or https://host:port");
    }
}
