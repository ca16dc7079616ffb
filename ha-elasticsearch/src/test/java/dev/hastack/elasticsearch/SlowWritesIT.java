package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Writes of documents by their ids, which may be sent twice, where answers take longer than usual. */
@Tag("slow")
class SlowWritesIT {

    @Test
    void are_done_within_their_time_and_not_sent_again_once_it_is_known_how_long_they_take() throws Exception {
        try (CannedNode node = CannedNode.taking(Duration.ofMillis(2300));
                CannedCluster cluster = CannedCluster.of(Map.of(), node).started()) {
            cluster.write();
            assertThat(node.asked()).isEqualTo(2);

            cluster.write();
            assertThat(node.asked()).isEqualTo(3);
        }
    }
}
