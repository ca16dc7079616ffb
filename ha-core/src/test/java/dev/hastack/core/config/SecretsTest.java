package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest {
    @TempDir
    Path directory;

    private String file(String content) throws IOException {
        return Files.writeString(directory.resolve("secret"), content).toString();
    }

    @Test
    void one_line_break_at_the_end_of_a_file_is_dropped() throws IOException {
        for (String end : List.of("", "\n", "\r\n")) {
            assertThat(Minimal.postgres("ha.postgres.password-file", file("s3cret " + end))
                            .password())
                    .contains(Secret.of("s3cret "));
        }
        assertThat(Minimal.postgres("ha.postgres.password-file", file("a\n\n")).password())
                .contains(Secret.of("a\n"));
    }

    @Test
    void the_content_of_a_file_is_taken_as_it_is() throws IOException {
        assertThat(Minimal.postgres("ha.postgres.password-file", file("a${b}$${c}"))
                        .password())
                .contains(Secret.of("a${b}$${c}"));
    }

    @Test
    void a_file_that_cannot_be_read_is_a_fault_of_the_key_that_names_it() throws IOException {
        assertThat(Minimal.faults("ha.postgres.password-file", "/nowhere/secret"))
                .containsExactly("ha.postgres.password-file = \"/nowhere/secret\" (program): expected a readable file:"
                        + " there is none");
        assertThat(Minimal.faults("ha.postgres.password-file", file("\n")))
                .singleElement()
                .asString()
                .endsWith("expected a file with the secret in it, and it is empty");
    }

    @Test
    void a_secret_and_its_file_in_one_source_are_a_fault() throws IOException {
        assertThat(Minimal.faults("ha.postgres.password", "hunter2", "ha.postgres.password-file", file("x")))
                .containsExactly("ha.postgres.password (program): expected either this or"
                        + " ha.postgres.password-file (program)");
    }

    @Test
    void of_a_secret_and_its_file_in_two_sources_the_later_wins() throws IOException {
        ConfigLoader below = ConfigLoader.bare().with(Minimal.with("ha.postgres.password-file", file("from file")));
        ConfigLoader above = ConfigLoader.bare().with(Minimal.with("ha.postgres.password", "from program"));
        below.environment(Map.of("HA_POSTGRES_PASSWORD", "from environment"));
        above.environment(Map.of("HA_POSTGRES_PASSWORD_FILE", file("from file")));

        assertThat(below.load().postgres().orElseThrow().password()).contains(Secret.of("from file"));
        assertThat(above.load().postgres().orElseThrow().password()).contains(Secret.of("from program"));
    }

    @Test
    void a_password_is_optional() {
        assertThat(Minimal.postgres().password()).isEmpty();
        assertThat(Minimal.postgres("ha.postgres.password", "").password()).isEmpty();
    }

    @Test
    void no_credential_is_printed() {
        StackConfig config = StackConfig.of(Minimal.with(
                "ha.postgres.password", "hunter2",
                "ha.postgres.properties.sslpassword", "hunter2",
                "ha.redis.nodes.a.address", "redis",
                "ha.redis.password", "hunter2",
                "ha.redis.sentinel.master", "m",
                "ha.redis.sentinel.nodes", "s",
                "ha.redis.sentinel.password", "hunter2",
                "ha.elasticsearch.nodes.a.address", "http://es",
                "ha.elasticsearch.index-prefix", "cms",
                "ha.elasticsearch.api-key", "hunter2"));

        assertThat(config.toString())
                .doesNotContain("hunter2")
                .contains("password=Optional[<hidden>]", "apiKey=Optional[<hidden>]", "properties=[sslpassword]");
        assertThat(config.postgres().orElseThrow().password().orElseThrow().value())
                .isEqualTo("hunter2");
    }

    @Test
    void an_entry_is_printed_without_its_value() {
        assertThat(new ConfigSource(
                        "program", List.of(new ConfigSource.Entry("ha.postgres.password", "hunter2", "here"))))
                .hasToString("ConfigSource[name=program, entries=[ha.postgres.password (here)]]");
    }

    @ParameterizedTest
    @CsvSource({
        "ha.postgres.nodes.main.address,postgres://cms:hunter2@pg:5432",
        "ha.postgres.nodes.main.address,jdbc:postgresql://pg/cms?user=cms&password=hunter2&ssl=true",
        "ha.elasticsearch.nodes.es.address,https://elastic:hunter2@es:9200",
        "ha.elasticsearch.nodes.es.address,https://elastic:hun/hunter2@es:9200",
        "ha.postgres.properties.password,hunter2",
        "ha.postgres.password[0],hunter2",
        "ha.postgres.passwort,hunter2",
        "ha.postgres.password,a${hunter2}",
        "ha.postgres.password,${hunter2"
    })
    void no_credential_is_reported_wherever_it_was_put(String key, String value) {
        List<String> faults = Minimal.faults(key, value, "ha.elasticsearch.index-prefix", "cms");

        assertThat(faults).isNotEmpty();
        assertThat(faults.toString()).contains(key).doesNotContain("hunter2");
    }
}
