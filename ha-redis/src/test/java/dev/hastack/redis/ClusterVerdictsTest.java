package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Address;
import dev.hastack.core.health.NodeHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterVerdictsTest {
    private final ClusterNode node = new ClusterNode("main-1", new Address("127.0.0.1", 1), 0, () -> {});

    ClusterVerdictsTest() {
        node.judge(new ClusterNode.Verdict(null, false, true, List.of()));
        for (int i = 0; i < 10; i++) {
            node.breaker().failed(new IllegalStateException("no answer"));
        }
    }

    @Test
    void a_node_whose_breaker_is_open_and_that_owes_its_probe_an_answer_is_not_said_to_answer_it() {
        assertThat(ClusterVerdicts.breaker(node)).get().asString().startsWith(NodeHealth.BREAKER_OPEN);

        node.silent(true);

        assertThat(ClusterVerdicts.breaker(node))
                .get()
                .asString()
                .contains("its circuit breaker is open", "it owes its probe an answer")
                .doesNotContain("it answers its probe");
    }
}
