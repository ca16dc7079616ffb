package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    Path directory;

    @Test
    void a_broken_configuration_gives_one_report_of_all_that_is_wrong() throws IOException {
        Path file = Files.writeString(directory.resolve("stack.properties"), """
                ha.config.unknown-keys=fail
                ha.postgres.database=cms
                ha.postgres.password=hunter2
                ha.postgres.nodes.main.address=pg-main:5432
                ha.postgres.pool.max-size=ten
                ha.postgres.pool.conection-timeout=5s
                ha.postgres.connect-timeout=2
                ha.redis.nodes.main.address=redis-main:${REDIS_PORT}
                """);

        StackConfigException thrown = catchThrowableOfType(
                StackConfigException.class,
                () -> ConfigLoader.bare()
                        .file(file)
                        .environment(Map.of(
                                "HA_POSTGRES_PASSWORD", "hunter3",
                                "HA_POSTGRES_NODES_MAIN_STAK", "delivery",
                                "HA_PROBE_TIMEOUT", "2s"))
                        .load());

        assertThat(String.valueOf(thrown.getMessage()).replace(directory + "/", ""))
                .isEqualTo("""
                ha-stack configuration has 7 faults:
                  - ha.probe.timeout = "2s" (environment variable HA_PROBE_TIMEOUT): expected less than ha.probe.interval, which is 1s
                  - ha.postgres.username: required, not set in any source (looked in stack.properties, environment; or set HA_POSTGRES_USERNAME)
                  - ha.postgres.pool.max-size = "ten" (stack.properties:5): expected a whole number
                  - ha.postgres.connect-timeout = "2" (stack.properties:7): expected a unit after the number: 2ms, 2s or 2m, say
                  - ha.redis.nodes.main.address = "redis-main:${REDIS_PORT}" (stack.properties:8): expected the environment variable or system property REDIS_PORT to be set, or a default: ${REDIS_PORT:...}
                  - ha.postgres.pool.conection-timeout (stack.properties:6): unknown key; did you mean ha.postgres.pool.connection-timeout?
                  - HA_POSTGRES_NODES_MAIN_STAK (environment): stands for no key; did you mean HA_POSTGRES_NODES_MAIN_STACK?""".stripTrailing());
        assertThat(thrown.faults()).hasSize(7);
        assertThat(thrown.toString() + thrown.faults()).doesNotContain("hunter");
    }

    @Test
    void a_value_of_several_lines_makes_no_line_of_its_own() {
        assertThat(Minimal.faults("ha.postgres.writable", "yes\n  - all is well"))
                .containsExactly("ha.postgres.writable = \"yes<hidden>\" (program): expected true or false");
    }

    @Test
    void one_fault_is_not_many() {
        StackConfigException thrown = catchThrowableOfType(
                StackConfigException.class, () -> StackConfig.of(Map.of("ha.probe.interval", "soon")));

        assertThat(thrown).hasMessage("""
                ha-stack configuration has 1 fault:
                  - ha.probe.interval = "soon" (program): expected a duration: a whole number and ms, s, m, h or d\
                """);
    }
}
