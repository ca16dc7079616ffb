package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Callers that give their requests less time than answers take. */
class ImpatientCallersTest {
    private static final Duration LITTLE = Duration.ofMillis(150);
    private static final Duration LONGER = Duration.ofMillis(400);

    private static Readers impatient(CannedCluster cluster) {
        return new Readers(3, () -> TimeLimit.within(LITTLE, cluster::count));
    }

    private static NodeChannel channel(CannedCluster cluster, String node) {
        return Objects.requireNonNull(cluster.channels().get(node), node);
    }

    @Test
    void shut_out_nobody_who_waits_longer_where_answers_take_longer() throws Exception {
        try (CannedNode node = CannedNode.counting(LONGER);
                CannedCluster cluster =
                        CannedCluster.of(Map.of("reads.timeout", "2s"), node).started()) {
            try (Readers impatient = impatient(cluster)) {
                Eventually.until(
                        "nobody has had an answer for longer than reads.timeout",
                        () -> impatient.failures().size() >= 60);
                assertThat(impatient.failures()).hasOnlyElementsOfType(SocketTimeoutException.class);
            }

            assertThat(channel(cluster, "es-1").breaker().armed())
                    .as("a failure is held against the node")
                    .isFalse();
            for (int i = 0; i < 5; i++) {
                assertThat(cluster.count()).isEqualTo(7);
            }
            assertThat(cluster.router().guards().closures()).isEmpty();
        }
    }

    @Test
    void leave_a_node_that_answers_nobody_where_another_does() throws Exception {
        try (CannedNode hung = CannedNode.counting(CannedNode.NEVER);
                CannedNode well = CannedNode.counting(Duration.ZERO);
                CannedCluster cluster = CannedCluster.of(Map.of(), hung, well).started();
                Readers impatient = impatient(cluster)) {
            Eventually.until(
                    "it is left", () -> channel(cluster, "es-1").breaker().open());

            assertThat(channel(cluster, "es-2").breaker().armed()).isFalse();
            assertThat(impatient.done()).isPositive();
        }
    }

    @Test
    void blame_a_node_only_once_others_were_answered_and_it_has_answered_nobody_since() {
        Neglect neglect = new Neglect();

        assertThat(neglect.shown(100, OptionalLong.empty(), 10)).as("the first").isFalse();
        assertThat(neglect.shown(110, OptionalLong.of(90), 14))
                .as("four others answered")
                .isFalse();
        assertThat(neglect.shown(120, OptionalLong.of(90), 15))
                .as("five others answered")
                .isTrue();
        assertThat(neglect.shown(130, OptionalLong.of(125), 30))
                .as("it has answered meanwhile")
                .isFalse();
        assertThat(neglect.shown(140, OptionalLong.of(125), 34)).isFalse();
        assertThat(neglect.shown(150, OptionalLong.of(125), 35)).isTrue();
    }
}
