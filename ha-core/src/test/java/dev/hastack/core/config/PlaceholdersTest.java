package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("NAME", "env", "BOTH", "env", "RAW", "${NAME}");
    private static final Map<String, String> SYSTEM = Map.of("name", "sys", "BOTH", "sys");

    private static ConfigLoader loader(String service) {
        return ConfigLoader.bare()
                .environment(ENVIRONMENT)
                .systemProperties(SYSTEM)
                .with(Minimal.with("ha.service", service));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${NAME}|env",
                "${name}|sys",
                "${BOTH}|env",
                "${RAW}|${NAME}",
                "a-${NAME}-${name}-z|a-env-sys-z",
                "${NONE:other}|other",
                "${NAME:other}|env",
                "${NONE:a:b}|a:b",
                "${NONE:${NAME}}|env",
                "${NONE:${NONE:x}y}z|xyz",
                "${ha.postgres.database}|cms",
                "$${NAME}|${NAME}",
                "$|$",
                "{NAME}|{NAME}"
            })
    void are_resolved(String text, String expected) {
        assertThat(loader(text).load().service()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${NONE}|expected the environment variable or system property NONE to be set, or a default: ${NONE:...}",
                "${ha.postgres.identity}|expected the key ha.postgres.identity to be set, or a default:"
                        + " ${ha.postgres.identity:...}",
                "${ha.service}|expected no circle: ${ha.service} stands for itself",
                "${none}|expected the environment variable or system property that it names to be set, or a default;"
                        + " a plain ${ is written $${",
                "${NAME|expected a } for every ${, or $${ for a plain ${"
            })
    void that_stand_for_nothing_are_faults(String text, String expected) {
        assertThat(Minimal.faults(loader(text)))
                .containsExactly("ha.service = \"" + text + "\" (program): " + expected);
    }

    @Test
    void that_stand_for_each_other_are_a_fault() {
        assertThat(Minimal.faults(
                        "ha.postgres.database", "${ha.postgres.username}",
                        "ha.postgres.username", "${ha.postgres.database}"))
                .hasSize(2)
                .allMatch(fault -> fault.contains("expected no circle"));
    }

    @Test
    void show_no_value_that_they_stand_for() {
        ConfigLoader loader = ConfigLoader.bare()
                .environment(Map.of("SIZE", "hunter2"))
                .with(Minimal.with("ha.postgres.pool.max-size", "${SIZE}"));

        assertThat(Minimal.faults(loader))
                .containsExactly("ha.postgres.pool.max-size = \"${SIZE}\" (program): expected a whole number, once its"
                        + " placeholders are resolved");
    }
}
