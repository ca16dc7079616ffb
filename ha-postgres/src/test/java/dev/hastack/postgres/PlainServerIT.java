package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** TLS is demanded of a server that does not speak it. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class PlainServerIT {
    private final PostgresCluster cluster;

    PlainServerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void that_it_does_not_speak_TLS_is_told_and_not_to_check_the_password() {
        try (HaStack stack = Stacks.open(cluster, Map.of("ha.postgres.tls.enabled", "true"))) {
            assertThatThrownBy(() -> stack.get(HaPostgres.class).primary().getConnection())
                    .hasMessageContaining("waiting is in vain: TLS: the server does not speak TLS")
                    .hasMessageNotContaining("check ha.postgres.username");
            assertThat(Stacks.health(stack, "main").reason().orElseThrow())
                    .contains("TLS: the server does not speak TLS; ha.postgres.tls.enabled demands it");
        }
    }

    @Test
    void that_it_does_not_is_told_where_the_driver_s_own_properties_demand_it() {
        try (HaStack stack = Stacks.open(cluster, Map.of("ha.postgres.properties.sslmode", "require"))) {
            assertThatThrownBy(() -> stack.get(HaPostgres.class).primary().getConnection())
                    .hasMessageContaining("waiting is in vain: TLS: the server does not speak TLS");
            assertThat(Stacks.health(stack, "main").reason().orElseThrow())
                    .contains("TLS: the server does not speak TLS; ha.postgres.properties.sslmode demands it");
        }
    }

    @Test
    void a_section_that_says_no_is_taken_at_its_word() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of("ha.postgres.tls.enabled", "false"))) {
            assertThat(Stacks.query(stack.get(HaPostgres.class).primary(), "SELECT 1"))
                    .isEqualTo("1");
        }
    }
}
