package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A misspelt name of a stack must not let through what its overrides forbid. */
class StackNamesTest {

    @Test
    void an_override_for_a_misspelt_stack_does_not_leave_the_own_one_open() {
        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with("ha.stacks.deliverry.postgres.writable", "false"))
                        .environment(Map.of("HA_STACK", "delivery"))))
                .containsExactly(
                        "ha.stack = \"delivery\" (environment variable HA_STACK): expected a stack that a node or"
                                + " an override names, which are deliverry; for one that needs no override, repeat a default:"
                                + " ha.stacks.delivery.probe.interval=1s; did you mean deliverry?");
    }

    @Test
    void an_own_stack_that_nothing_names_is_a_fault_where_others_are_named() {
        String[] settings = {
            "ha.stack", "preview",
            "ha.stacks.delivery.postgres.writable", "false",
            "ha.postgres.nodes.main.stack", "editing"
        };
        assertThat(Minimal.faults(settings))
                .singleElement()
                .asString()
                .startsWith(
                        "ha.stack = \"preview\" (program): expected a stack that a node or an override names, which are"
                                + " delivery, editing;")
                .doesNotContain("did you mean");
        settings[5] = "preview";
        assertThat(Minimal.faults(settings)).isEmpty();
    }

    @Test
    void one_of_several_overrides_that_is_misspelt_is_a_fault() {
        assertThat(Minimal.faults(
                        "ha.stack", "delivery",
                        "ha.stacks.delivery.probe.interval", "2s",
                        "ha.stacks.deliverry.postgres.writable", "false"))
                .containsExactly("ha.stacks.deliverry.postgres.writable (program): no node and no service is of stack"
                        + " deliverry; where it is another one than delivery, name it at a node, too; did you mean"
                        + " ha.stacks.delivery.postgres.writable?");
    }

    @Test
    void a_process_of_no_stack_and_one_of_another_find_it_too() {
        for (String stack : new String[] {"", "editing"}) {
            assertThat(Minimal.faults(
                            "ha.stack", stack,
                            "ha.postgres.nodes.main.stack", "editing",
                            "ha.stacks.delivery.probe.interval", "2s",
                            "ha.stacks.delivery.postgres.pool.max-size", "5",
                            "ha.stacks.deliverry.postgres.writable", "false"))
                    .singleElement()
                    .asString()
                    .startsWith("ha.stacks.deliverry.postgres.writable (program)");
        }
    }

    @Test
    void the_misspelt_stack_of_a_node_is_a_fault() {
        assertThat(Minimal.faults("ha.stack", "delivery", "ha.postgres.nodes.main.stack", "delivry"))
                .singleElement()
                .asString()
                .startsWith("ha.postgres.nodes.main.stack = \"delivry\" (program): no override and no service")
                .endsWith("did you mean delivery?");
    }

    @Test
    void a_variable_for_a_misspelt_stack_is_a_fault() {
        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with("ha.stack", "delivery"))
                        .environment(Map.of("HA_STACKS_DELIVRY_POSTGRES_WRITABLE", "false"))))
                .singleElement()
                .asString()
                .endsWith("did you mean delivry?");
    }

    @ParameterizedTest
    @CsvSource({"delivery-1,delivery-2", "delivery1,delivery2", "site-a,site-b", "eu,us", "editing,delivery"})
    void names_that_are_alike_on_purpose_are_none(String own, String other) {
        assertThat(Minimal.faults(
                        "ha.stack",
                        own,
                        "ha.stacks." + own + ".postgres.writable",
                        "true",
                        "ha.stacks." + other + ".postgres.writable",
                        "false"))
                .isEmpty();
    }

    @Test
    void a_name_that_a_node_and_an_override_agree_on_is_none() {
        assertThat(Minimal.faults(
                        "ha.stack", "delivery",
                        "ha.stacks.delivery.postgres.writable", "true",
                        "ha.postgres.nodes.main.stack", "deliverx",
                        "ha.stacks.deliverx.postgres.writable", "false"))
                .isEmpty();
    }

    @Test
    void where_nodes_are_named_for_other_stacks_alone_a_service_needs_no_name_of_its_own() {
        assertThat(Minimal.faults("ha.stack", "editing", "ha.postgres.nodes.main.stack", "delivery"))
                .isEmpty();
    }
}
