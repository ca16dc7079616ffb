package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    void what_somebody_else_says_is_shown_without_it() {
        assertThat(Secret.of("hunter2").hiddenIn("no user has hunter2, nor hunter22"))
                .isEqualTo("no user has <hidden>, nor <hidden>2");
        assertThat(Secret.of("").hiddenIn("as it is")).isEqualTo("as it is");
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
    void the_file_of_a_secret_is_read_again_each_time_and_what_was_read_last_counts_while_it_cannot_be()
            throws IOException {
        Secret secret = Minimal.postgres("ha.postgres.password-file", file("one\n"))
                .password()
                .orElseThrow();
        ShownSecret shown = new ShownSecret(Optional.of(secret));
        assertThat(shown.renewed()).isFalse();
        assertThat(shown.show()).contains("one");

        file("two\n");
        assertThat(shown.renewed()).isTrue();
        assertThat(shown.show()).contains("two");
        assertThat(shown.renewed()).isFalse();
        Files.delete(directory.resolve("secret"));
        assertThat(secret.value()).isEqualTo("two");
        file("");
        assertThat(secret.value()).isEqualTo("two");
        file("three");
        assertThat(secret.value()).isEqualTo("three");
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

    @Test
    void no_credential_is_reported_that_stands_in_a_key() {
        assertThat(Minimal.faults("ha.postgres.url?password=hunter2", "", "ha.postgres.password = hunter2", ""))
                .containsExactlyInAnyOrder(
                        "ha.postgres.url<hidden> (program): unknown key",
                        "ha.postgres.password<hidden> (program): unknown key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ha.postgres.password = hunter2", "ha.postgres.password: hunter2", "ha.postgres.pasword=hunter2"
            })
    void a_line_that_continues_into_another_setting_does_not_swallow_it(String next) throws IOException {
        Path file = Files.writeString(
                directory.resolve("stack.properties"),
                "ha.postgres.connect-timeout = 2s\\\n" + next + "\nha.probe.interval=x\n");

        assertThat(Minimal.faults(ConfigLoader.bare().with(Minimal.with()).file(file)))
                .allSatisfy(fault -> assertThat(fault).doesNotContain("hunter2"))
                .contains(next.replaceFirst("\\s*[=:].*", "") + " (" + file
                        + ":2): expected no \\ at the end of the line before, which makes this a part of that")
                .noneMatch(fault -> fault.contains("connect-timeout"));
    }

    @ParameterizedTest
    @CsvSource({
        "ha.postgres.nodes.main.address,postgres://cms:hunter2@pg:5432",
        "ha.postgres.nodes.main.address,jdbc:postgresql://pg/cms?user=cms&password=hunter2&ssl=true",
        "ha.postgres.nodes.main.address,postgresql://pg/cms?user=cms&pass=hunter2",
        "ha.postgres.pool.max-size,10 password: hunter2",
        "ha.postgres.username,cmsha.postgres.password = hunter2",
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
