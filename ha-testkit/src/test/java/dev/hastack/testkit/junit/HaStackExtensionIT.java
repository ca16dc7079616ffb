package dev.hastack.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Registration by code, of a layout that equals that of {@link HaStackTestIT}. */
@ResourceLock("dev.hastack.testkit")
class HaStackExtensionIT {
    @RegisterExtension
    static final HaStackExtension STACK = HaStackExtension.of(
            PostgresCluster.builder().node("main").node("standby").setting("work_mem", "5MB"));

    @Test
    void provides_the_cluster_by_method_and_by_parameter(PostgresCluster cluster, @Node("standby") PostgresNode standby)
            throws Exception {
        assertThat(cluster).isSameAs(STACK.postgres());
        assertThat(standby.query("SHOW work_mem")).isEqualTo("5MB");
    }
}
