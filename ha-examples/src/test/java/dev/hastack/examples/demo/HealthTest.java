package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {

    private static final String ANSWER = """
            {"status": "DEGRADED", "stores": [{"store": "postgres", "nodes": [
              {"node": "main", "role": "DOWN", "epoch": 1, "reason": "REFUSED: Connection to pg-main:5432 refused."},
              {"node": "standby", "role": "PRIMARY", "epoch": 2},
              {"node": "delivery", "role": "REPLICA"}]},
             {"store": "redis", "nodes": [{"node": "main", "role": "PRIMARY", "epoch": 1}]}]}""";

    @Test
    void the_topology_is_one_short_line_for_each_store() {
        assertThat(Health.topology(ANSWER))
                .containsExactly(
                        "postgres: main DOWN (refused) | standby PRIMARY epoch 2 | delivery REPLICA",
                        "redis: main PRIMARY epoch 1");
    }

    @Test
    void a_node_of_a_store_is_seen_in_its_role() {
        assertThat(Health.role(ANSWER, "postgres", "standby")).isEqualTo("PRIMARY");
        assertThat(Health.role(ANSWER, "postgres", "main")).isEqualTo("DOWN");
        assertThat(Health.role(ANSWER, "redis", "main")).isEqualTo("PRIMARY");
        assertThat(Health.role(ANSWER, "redis", "standby")).isEmpty();
    }

    @Test
    void is_whole_only_when_everything_is_up() {
        assertThat(Health.isWhole(ANSWER)).isFalse();
        assertThat(Health.isWhole(ANSWER.replace("DEGRADED", "UP"))).isTrue();
    }
}
