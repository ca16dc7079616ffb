package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
    @TempDir
    Path directory;

    private ConfigLoader loader(String file, Map<String, String> environment) throws IOException {
        String minimal = """
                ha.postgres.database=cms
                ha.postgres.username=cms
                ha.postgres.nodes.pg-1.address=pg-1
                """;
        return ConfigLoader.bare()
                .file(Files.writeString(directory.resolve("stack.properties"), minimal + file))
                .environment(environment);
    }

    private PostgresConfig postgres(Map<String, String> environment) throws IOException {
        return loader("", environment).load().postgres().orElseThrow();
    }

    @Test
    void a_variable_wins_over_a_file() throws IOException {
        assertThat(postgres(Map.of("HA_POSTGRES_DATABASE", "other")).database()).isEqualTo("other");
    }

    @Test
    void a_declared_node_is_met_whatever_its_dashes() throws IOException {
        for (String name : new String[] {"HA_POSTGRES_NODES_PG_1_ADDRESS", "HA_POSTGRES_NODES_PG1_ADDRESS"}) {
            assertThat(postgres(Map.of(name, "elsewhere:1")).nodes())
                    .containsOnlyKeys("pg-1")
                    .extractingByKey("pg-1")
                    .isEqualTo(
                            new PostgresConfig.Node(new Address("elsewhere", 1), Optional.empty(), Optional.empty()));
        }
    }

    @Test
    void keys_are_met_with_and_without_the_underscores_of_their_dashes() throws IOException {
        assertThat(postgres(Map.of("HA_POSTGRES_POOL_MAX_SIZE", "3")).pool().maxSize())
                .isEqualTo(3);
        assertThat(postgres(Map.of("HA_POSTGRES_POOL_MAXSIZE", "3")).pool().maxSize())
                .isEqualTo(3);
    }

    @Test
    void a_variable_creates_a_node_whose_id_is_one_word() throws IOException {
        assertThat(postgres(Map.of("HA_POSTGRES_NODES_PG2_ADDRESS", "pg2")).nodes())
                .containsOnlyKeys("pg-1", "pg2");
    }

    @Test
    void an_id_of_several_words_must_be_declared_elsewhere() throws IOException {
        ConfigLoader loader = loader("ha.config.unknown-keys=fail\n", Map.of("HA_POSTGRES_NODES_PG_2_ADDRESS", "pg-2"));

        assertThat(Minimal.faults(loader))
                .containsExactly("HA_POSTGRES_NODES_PG_2_ADDRESS (environment): no source declares this id, and where"
                        + " it ends cannot be told; declare ha.postgres.nodes.pg-2.address in a file");
    }

    @Test
    void a_variable_that_fits_two_nodes_is_a_fault() throws IOException {
        ConfigLoader loader =
                loader("ha.postgres.nodes.pg1.address=pg1\n", Map.of("HA_POSTGRES_NODES_PG_1_ADDRESS", "elsewhere"));

        assertThat(Minimal.faults(loader))
                .containsExactly("HA_POSTGRES_NODES_PG_1_ADDRESS (environment): stands for more than one key:"
                        + " ha.postgres.nodes.pg-1.address, ha.postgres.nodes.pg1.address");
    }

    @Test
    void two_variables_for_one_key_are_a_fault() throws IOException {
        ConfigLoader loader = loader("", Map.of("HA_POSTGRES_POOL_MAXSIZE", "1", "HA_POSTGRES_POOL_MAX_SIZE", "2"));

        assertThat(Minimal.faults(loader))
                .containsExactly("HA_POSTGRES_POOL_MAX_SIZE (environment): stands for the same key as"
                        + " HA_POSTGRES_POOL_MAXSIZE: ha.postgres.pool.max-size");
    }

    @Test
    void the_names_of_stacks_are_met_like_the_ids_of_nodes() throws IOException {
        String file = "ha.stack=my-stack\nha.stacks.my-stack.postgres.writable=true\n";

        PostgresConfig postgres = loader(file, Map.of("HA_STACKS_MY_STACK_POSTGRES_WRITABLE", "false"))
                .load()
                .postgres()
                .orElseThrow();

        assertThat(postgres.writable()).isFalse();
    }

    @Test
    void the_own_stack_need_not_be_declared_in_a_file() throws IOException {
        PostgresConfig postgres = loader(
                        "", Map.of("HA_STACK", "my-stack", "HA_STACKS_MY_STACK_POSTGRES_NODES_PG_1_ADDRESS", "x:1"))
                .load()
                .postgres()
                .orElseThrow();

        assertThat(postgres.nodes().get("pg-1"))
                .hasToString("Node[address=x:1, stack=Optional.empty, zone=Optional.empty]");
    }

    @Test
    void an_empty_variable_is_not_set() throws IOException {
        assertThat(postgres(Map.of("HA_POSTGRES_DATABASE", "")).database()).isEqualTo("cms");
    }

    @Test
    void what_looks_like_a_placeholder_in_a_variable_is_none() throws IOException {
        assertThat(postgres(Map.of("HA_POSTGRES_PASSWORD", "a${b}$${c$")).password())
                .contains(Secret.of("a${b}$${c$"));
    }

    @Test
    void driver_properties_keep_the_names_that_a_file_gives_them() throws IOException {
        PostgresConfig postgres = loader(
                        "ha.postgres.properties.tcpKeepAlive=false\n",
                        Map.of(
                                "HA_POSTGRES_PROPERTIES_TCPKEEPALIVE",
                                "true",
                                "HA_POSTGRES_PROPERTIES_SSLMODE",
                                "require"))
                .load()
                .postgres()
                .orElseThrow();

        assertThat(postgres.properties())
                .containsOnly(Map.entry("tcpKeepAlive", "true"), Map.entry("sslmode", "require"));
    }

    @ParameterizedTest
    @CsvSource({
        "ha_stack, HA_STACK",
        "Ha_Stack, HA_STACK",
        "HA-STACK, HA_STACK",
        "HA.STACK, HA_STACK",
        "ha.stack, HA_STACK",
        "HASTACK, HA_STACK",
        "_HA_STACK, HA_STACK",
        "HA_STACK_, HA_STACK",
        "ha_stacks_delivery_postgres_writable, HA_STACKS_DELIVERY_POSTGRES_WRITABLE",
        "HAPOSTGRESWRITABLE, HA_POSTGRES_WRITABLE",
        "HA-POSTGRES-NODES-PG-1-ADDRESS, HA_POSTGRES_NODES_PG_1_ADDRESS"
    })
    void a_variable_that_is_all_but_ours_is_a_fault(String written, String meant) throws IOException {
        assertThat(Minimal.faults(loader("", Map.of(written, "x"))))
                .containsExactly(
                        written + " (environment): stands for no key as it is spelt; did you mean " + meant + "?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HA_STAK", "HA_STACKS", "HA_STACK1", "HA_TSTACK"})
    void the_variable_that_chooses_the_stack_is_not_missed_by_one_letter(String written) throws IOException {
        assertThat(Minimal.faults(loader("", Map.of(written, "delivery"))))
                .containsExactly(written + " (environment): stands for no key as it is spelt; did you mean HA_STACK?");
        assertThat(loader("", Map.of(written, "delivery", "HA_STACK", "editing"))
                        .load()
                        .stack())
                .contains("editing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HABIT",
                "HASKELL_STACK",
                "HADOOP_HOME",
                "HAZELCAST_POSTGRES_WRITABLE",
                "MY_HA_STACK",
                "A_STACK",
                "HA_SERVICE_HOST",
                "HA_PORT_5432_TCP_ADDR",
                "HA_STACK_SERVICE_HOST",
                "HA_STACK_PORT",
                "HA_POSTGRES_WRITABEL"
            })
    void variables_of_others_and_those_of_Kubernetes_are_none(String name) throws IOException {
        assertThat(Minimal.faults(loader("", Map.of(name, "x")))).isEmpty();
    }

    @Test
    void a_misspelt_variable_that_is_empty_or_allowed_is_passed_over() throws IOException {
        assertThat(Minimal.faults(loader("", Map.of("ha_stack", "")))).isEmpty();
        assertThat(Minimal.faults(loader("ha.config.unknown-keys=warn\n", Map.of("ha_stack", "x"))))
                .isEmpty();
    }
}
