package dev.hastack.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby"},
                        settings = "work_mem = 5MB"))
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HaStackTestIT {
    private static PostgresCluster first;

    @BeforeAll
    static void keep(PostgresCluster cluster) {
        first = cluster;
    }

    @Test
    @Order(1)
    void injures(@Node("main") PostgresNode main, @Node("standby") PostgresNode standby) {
        main.kill();
        standby.promote();
        assertThat(first.primary()).isSameAs(standby);
    }

    @Test
    @Order(2)
    void finds_everything_healed(PostgresCluster cluster) throws Exception {
        assertThat(cluster).isSameAs(first);
        assertThat(cluster.primary().id()).isEqualTo("main");
        assertThat(cluster.node("standby").query("SHOW work_mem")).isEqualTo("5MB");
    }

    @Nested
    class In_a_nested_class {
        @Test
        void has_the_cluster_of_the_class_around(PostgresCluster cluster) {
            assertThat(cluster).isSameAs(first);
        }
    }
}
