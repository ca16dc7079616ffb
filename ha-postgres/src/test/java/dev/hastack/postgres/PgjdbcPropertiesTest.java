package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.config.StackConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By the version of pgjdbc that is on the class path. */
class PgjdbcPropertiesTest {
    @TempDir
    Path folder;

    private static Map<String, String> settings(String... properties) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "ha.postgres.database", "cms",
                "ha.postgres.username", "cms",
                "ha.postgres.nodes.main.address", "localhost:1"));
        for (int i = 0; i < properties.length; i += 2) {
            settings.put("ha.postgres.properties." + properties[i], properties[i + 1]);
        }
        return settings;
    }

    private static List<String> faults(Map<String, String> settings) {
        StackConfigException thrown =
                Assertions.catchThrowableOfType(StackConfigException.class, () -> StackConfig.of(settings));
        return thrown == null
                ? List.of()
                : thrown.faults().stream().map(Object::toString).toList();
    }

    @Test
    void a_property_that_the_driver_does_not_know_is_a_fault_with_its_file_and_line() throws Exception {
        Path file = Files.writeString(folder.resolve("stack.properties"), """
                ha.postgres.database=cms
                ha.postgres.username=cms
                ha.postgres.nodes.main.address=localhost:1
                ha.postgres.properties.sslmod=verify-full
                ha.postgres.properties.targetServerType=primry
                """);

        assertThatThrownBy(() -> StackConfig.loader().file(file).load())
                .isInstanceOf(StackConfigException.class)
                .hasMessageContaining(
                        "ha.postgres.properties.sslmod (" + file + ":4): the PostgreSQL driver knows no such"
                                + " property; did you mean ha.postgres.properties.sslmode?")
                .hasMessageContaining("ha.postgres.properties.targetServerType = \"primry\" (" + file
                        + ":5): expected one of" + " any, primary,");
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode,verify_full,'expected one of disable, allow, prefer, require, verify-ca, verify-full'",
        "ssl,yes,expected true or false",
        "tcpNoDelay,on,expected true or false",
        "prepareThreshold,five,expected a whole number",
        "socketTimeout,10s,expected a whole number",
        "gssEncMode,never,'expected one of disable, allow, prefer, require'",
        "sslrootcert,/nowhere/root.crt,'expected a file that can be read, and there is none'",
        "PGHOST,elsewhere,expected in ha.postgres.nodes.<id>.address",
        "socketFactory,com.example.Factory,expected none: the sockets are ha-stack's own",
    })
    void a_value_that_the_driver_would_not_take_as_it_is_meant_is_a_fault(String name, String value, String expected) {
        String shown = expected.contains(" one of ") || expected.contains(" a ") || expected.contains(" true ")
                ? " = \"" + value + "\""
                : "";
        assertThat(faults(settings(name, value)))
                .containsExactly("ha.postgres.properties." + name + shown + " (program): " + expected);
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode,verify-full",
        "requireAuth,'scram-sha-256,!none'",
        "options,-c statement_timeout=5s",
        "assumeMinServerVersion,9.4",
        "maxResultBuffer,10p",
        "currentSchema,'a,b'",
        "sslpassword,x",
        "unknownLength,5",
        "adaptiveFetchMaximum,-1"
    })
    void what_the_driver_takes_is_none(String name, String value) {
        assertThat(faults(settings(name, value))).isEmpty();
    }

    @Test
    void every_default_of_the_driver_itself_is_right() {
        PgjdbcProperties properties = new PgjdbcProperties();
        for (org.postgresql.PGProperty property : org.postgresql.PGProperty.values()) {
            if (properties.names().contains(property.getName()) && property.getDefaultValue() != null) {
                assertThat(properties.expected(property.getName(), property.getDefaultValue(), true))
                        .as(property.getName())
                        .isEmpty();
            }
        }
    }

    @Test
    void the_files_of_another_stack_need_not_be_there_but_its_values_are_looked_at() {
        Map<String, String> settings = settings();
        settings.put("ha.stacks.delivery.postgres.properties.sslrootcert", "/nowhere/root.crt");
        assertThat(faults(settings)).isEmpty();
        settings.put("ha.stacks.delivery.postgres.properties.sslmode", "verify_full");
        assertThat(faults(settings))
                .singleElement()
                .asString()
                .startsWith("ha.stacks.delivery.postgres.properties.sslmode = \"verify_full\" (program)");
    }

    @Test
    void an_environment_variable_may_stand_for_a_property_of_several_words() {
        StackConfig config = StackConfig.loader()
                .with(settings())
                .environment(Map.of("HA_POSTGRES_PROPERTIES_APPLICATION_NAME", "shop"))
                .load();

        assertThat(config.postgres().orElseThrow().properties()).containsEntry("ApplicationName", "shop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmod", "sslmode"})
    void a_program_that_makes_the_record_itself_is_told_when_it_opens_the_stack(String name) {
        StackConfig right = StackConfig.of(settings());
        PostgresConfig p = right.postgres().orElseThrow();
        PostgresConfig wrong = new PostgresConfig(
                p.database(),
                p.username(),
                p.password(),
                p.nodes(),
                p.identity(),
                p.epochFile(),
                p.reads(),
                p.writes(),
                p.writable(),
                p.pool(),
                p.connectTimeout(),
                p.tls(),
                Map.of(name, "verify_full"));
        StackConfig config = new StackConfig(
                right.stack(),
                right.service(),
                right.zone(),
                right.probe(),
                Optional.of(wrong),
                right.redis(),
                right.elasticsearch());

        assertThatThrownBy(() -> HaStack.open(config).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ha.postgres.properties." + name + ": ");
    }
}
