package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverridesTest {
    @TempDir
    Path directory;

    @Test
    void only_those_of_the_own_stack_are_applied() {
        String[] settings = {
            "ha.stacks.delivery.postgres.writable",
            "false",
            "ha.stack",
            "delivery",
            "ha.stacks.editing.postgres.database",
            "cms"
        };

        assertThat(Minimal.postgres(settings).writable()).isFalse();
        settings[3] = "editing";
        assertThat(Minimal.postgres(settings).writable()).isTrue();
    }

    @Test
    void those_of_all_stacks_are_checked() {
        assertThat(Minimal.faults(
                        "ha.stack", "editing",
                        "ha.postgres.nodes.main.stack", "editing",
                        "ha.stacks.delivery.postgres.pool.max-size", "ten"))
                .containsExactly(
                        "ha.stacks.delivery.postgres.pool.max-size = \"ten\" (program): expected a whole number");
    }

    @Test
    void what_is_wrong_in_another_stack_only_names_it() {
        assertThat(Minimal.faults("ha.postgres.pool.min-idle", "5", "ha.stacks.delivery.postgres.pool.max-size", "2"))
                .containsExactly("ha.postgres.pool.min-idle = \"5\" (program): expected from 0 to max-size, which is 2,"
                        + " in stack delivery");
    }

    @Test
    void what_is_wrong_in_all_stacks_is_said_once() {
        assertThat(Minimal.faults("ha.postgres.writable", "yes", "ha.stacks.delivery.postgres.pool.max-size", "2"))
                .containsExactly("ha.postgres.writable = \"yes\" (program): expected true or false");
    }

    @Test
    void the_secrets_of_other_stacks_need_not_be_there() {
        String[] settings = {
            "ha.stack", "editing",
            "ha.postgres.nodes.main.stack", "editing",
            "ha.stacks.delivery.postgres.password-file", "/run/secrets/of-delivery",
            "ha.stacks.delivery.postgres.nodes.main.address", "${ADDRESS_IN_DELIVERY}"
        };

        assertThat(Minimal.faults(settings)).isEmpty();
        settings[1] = "delivery";
        assertThat(Minimal.faults(settings)).hasSize(2);
    }

    @Test
    void a_stack_may_have_a_node_or_a_store_of_its_own() {
        StackConfig config = StackConfig.of(Minimal.with(
                "ha.stack", "delivery",
                "ha.stacks.delivery.postgres.nodes.local.address", "local",
                "ha.stacks.delivery.redis.nodes.local.address", "local"));

        assertThat(config.postgres().orElseThrow().nodes()).containsOnlyKeys("main", "local");
        assertThat(config.redis()).isPresent();
        assertThat(Minimal.postgres("ha.stacks.delivery.postgres.nodes.local.address", "local")
                        .nodes())
                .containsOnlyKeys("main");
    }

    @Test
    void a_later_source_wins_over_the_override_of_an_earlier_one() throws IOException {
        Path file = Files.writeString(
                directory.resolve("stack.properties"), "ha.stacks.delivery.postgres.database=override");
        ConfigLoader loader = ConfigLoader.bare()
                .file(file)
                .environment(Map.of("HA_POSTGRES_DATABASE", "environment"))
                .with(Map.of(
                        "ha.stack", "delivery",
                        "ha.postgres.username", "cms",
                        "ha.postgres.nodes.main.address", "pg"));

        assertThat(loader.load().postgres().orElseThrow().database()).isEqualTo("environment");
        loader.environment(Map.of(
                "HA_POSTGRES_DATABASE", "environment", "HA_STACKS_DELIVERY_POSTGRES_DATABASE", "override there"));
        assertThat(loader.load().postgres().orElseThrow().database()).isEqualTo("override there");
    }

    @Test
    void the_own_stack_may_come_through_a_placeholder() {
        StackConfig config = ConfigLoader.bare()
                .environment(Map.of("ZONE", "delivery"))
                .with(Minimal.with("ha.stack", "${ZONE}", "ha.stacks.delivery.postgres.writable", "false"))
                .load();

        assertThat(config.postgres().orElseThrow().writable()).isFalse();
    }

    @Test
    void the_name_of_a_stack_must_be_one() {
        assertThat(Minimal.faults("ha.stacks.Delivery.postgres.writable", "true"))
                .containsExactly("ha.stacks.Delivery: expected an id that matches " + Ids.NODE);
        assertThat(Minimal.faults("ha.stack", "Delivery"))
                .containsExactly("ha.stack = \"Delivery\" (program): expected an id that matches " + Ids.NODE);
    }
}
