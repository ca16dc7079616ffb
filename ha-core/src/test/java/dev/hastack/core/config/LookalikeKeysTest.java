package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that is all but ours must not leave open what it forbids. */
class LookalikeKeysTest {
    private static final String FORBIDS = "stacks.delivery.postgres.writable";

    @TempDir
    Path directory;

    private ConfigLoader file(String... lines) throws IOException {
        return ConfigLoader.bare()
                .with(Minimal.with("ha.stack", "delivery", "ha.stacks.delivery.probe.interval", "2s"))
                .file(Files.writeString(
                        directory.resolve("stack.properties"), "# first\n" + String.join("\n", lines) + "\n"));
    }

    private static ConfigLoader system(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(Map.of("user.home", "/root", "java.version", "17"));
        all.putAll(properties);
        return ConfigLoader.bare().with(Minimal.with()).systemProperties(all);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    HA.                | HA.
                    Ha.                | Ha.
                    export ha.         | export ha.
                    EXPORT HA.         | EXPORT HA.
                    - ha.              | - ha.
                    -Dha.              | -Dha.
                    %ha.               | %ha.
                    // ha.             | // ha.
                    ;ha.               | ;ha.
                    "ha.               | "ha.
                    \uFEFFha.          | \\ufeffha.
                    \u00A0ha.          | \\u00a0ha.
                    \u200Bha.          | \\u200bha.
                    h\u0430.           | h\\u0430.
                    \u041d\u0410.      | \\u041d\\u0410.
                    \uff48\uff41.      | \\uff48\\uff41.
                    """)
    void a_key_of_a_file_that_all_but_begins_with_ha_is_a_fault(String written, String told) throws IOException {
        assertThat(Minimal.faults(file(written + FORBIDS + "=false")))
                .as(written)
                .containsExactly(told + FORBIDS + " (" + directory.resolve("stack.properties") + ":2): expected a key"
                        + " that begins with ha. to the letter, as others are passed over; did you mean ha."
                        + FORBIDS + "?");
    }

    @Test
    void what_is_misspelt_behind_it_is_found_out_as_well() throws IOException {
        assertThat(Minimal.faults(file("HA.stacks.delivery.postgres.writabel=false", "Ha.postgres.nothing.at-all=1")))
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first).endsWith("did you mean ha." + FORBIDS + "?"),
                        second -> assertThat(second).startsWith("Ha.postgres.nothing.at-all ("));
    }

    @ParameterizedTest
    @CsvSource({
        "HA.stack, ha.stack",
        "HA_STACK, ha.stack",
        "ha-stack, ha.stack",
        "ha_stack, ha.stack",
        "HA_STACKS_DELIVERY_POSTGRES_WRITABLE, ha.stacks.delivery.postgres.writable",
        "HA.postgres.properties.tcpKeepAlive, ha.postgres.properties.tcpKeepAlive"
    })
    void a_system_property_and_a_setting_of_the_program_are_told_alike(String written, String meant) {
        String expected =
                "): expected a key that begins with ha. to the letter, as others are passed over; did you mean " + meant
                        + "?";
        assertThat(Minimal.faults(system(Map.of(written, "x"))))
                .containsExactly(written + " (system property" + expected);
        assertThat(Minimal.faults(written, "x")).containsExactly(written + " (program" + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hazelcast.postgres.nodes",
                "hadoop.stack",
                "harbor.redis.nodes",
                "HABIT",
                "HA",
                "HA.enabled",
                "HA.service.url",
                "ha-stack.version",
                "ha_mode",
                "hastack",
                "spring.ha.stack",
                "alpha.stack",
                "my-ha.postgres.writable",
                "java.opts=-Dha.stack",
                "JAVA_OPTS",
                "\u0430.stack",
                "stacks.delivery.postgres.writable"
            })
    void keys_of_others_are_left_alone(String key) throws IOException {
        assertThat(Minimal.faults(file(key + "=false", key + " ha.stack=other")))
                .isEmpty();
        assertThat(Minimal.faults(system(Map.of(key, "false")))).isEmpty();
    }

    @Test
    void a_secret_behind_it_is_not_shown() throws IOException {
        for (String line : new String[] {
            "%ha.postgres.password hunter2", "export HA.postgres.password=hunter2", "-Dha.postgres.passwordhunter2",
            "HA.postgres.password\\=hunter2", "- ha.postgres.properties.x\\ hunter2=1", "HA_POSTGRES_PASSWORD=hunter2"
        }) {
            assertThat(Minimal.faults(file(line)))
                    .as(line)
                    .singleElement()
                    .asString()
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void a_framework_that_repeats_the_environment_says_nothing_new() {
        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with())
                        .environment(Map.of("HA_STACK", "delivery"))
                        .source(ConfigSource.of("framework", Map.of("HA_STACK", "delivery")))))
                .isEmpty();
    }

    @Test
    void a_system_property_may_stand_in_for_the_variable_of_a_placeholder() {
        assertThat(system(Map.of("HA_STACK", "delivery"))
                        .with(Map.of("ha.stack", "${HA_STACK}"))
                        .load()
                        .stack())
                .contains("delivery");
    }

    @Test
    void unknown_keys_that_are_allowed_are_allowed_here() {
        assertThat(Minimal.faults("ha.config.unknown-keys", "warn", "HA.stack", "delivery"))
                .isEmpty();
    }
}
