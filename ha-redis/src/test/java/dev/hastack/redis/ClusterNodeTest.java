package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Address;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterNodeTest {
    private static final long LONG = NodeView.LAST_ANSWERS.toNanos();

    private final ClusterNode node = new ClusterNode("main-1", new Address("127.0.0.1", 1), 0, () -> {});

    @Test
    void lets_nobody_in_once_no_look_found_otherwise_for_two_seconds() {
        node.failed(Optional.of(Kind.NETWORK), 0);
        assertThat(node.letsNobodyIn(LONG - 1)).isFalse();
        node.failed(Optional.of(Kind.REFUSED), LONG - 1);
        assertThat(node.letsNobodyIn(LONG)).isTrue();
    }

    @Test
    void that_answers_or_denies_lets_somebody_in() {
        node.failed(Optional.of(Kind.REFUSED), 0);
        node.heard();
        assertThat(node.letsNobodyIn(LONG)).isFalse();
        node.failed(Optional.of(Kind.REFUSED), 0);
        node.failed(Optional.of(Kind.DENIED), 1);
        assertThat(node.letsNobodyIn(LONG)).isFalse();
    }

    @Test
    void that_owes_an_answer_may_be_slow() {
        node.failed(Optional.of(Kind.REFUSED), 0);
        node.silent(true);
        assertThat(node.letsNobodyIn(LONG)).isFalse();
    }

    @Test
    void whose_answers_are_none_of_a_cluster_is_sent_nothing_until_a_probe_is_answered() {
        assertThat(node.ban()).isNull();
        node.unintelligible();
        node.failed(Optional.of(Kind.REFUSED), 0);
        assertThat(node.ban()).hasMessage("what main-1 says to its probe is no answer of a Redis Cluster");
        node.heard();
        assertThat(node.ban()).isNull();
    }
}
