package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Address;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterSpeakersTest {
    private static final String ALL = """
            a 127.0.0.1:1@11 myself,master - 0 0 1 connected 0-5460
            b 127.0.0.1:2@12 master - 0 0 2 connected 5461-10922
            c 127.0.0.1:3@13 master - 0 0 3 connected 10923-16383
            d 127.0.0.1:4@14 slave a 0 0 1 connected
            """;

    private final ClusterNode one = node("one");
    private final ClusterNode two = node("two");
    private final ClusterNode three = node("three");

    private static ClusterNode node(String id) {
        return new ClusterNode(id, new Address(id, 1), 0, () -> {});
    }

    private static List<RedisClusterNode> view(String nodes) {
        return ClusterPartitionParser.parse(nodes).getPartitions();
    }

    private static boolean whole(String nodes) {
        return ClusterSpeakers.whole(view(nodes));
    }

    @Test
    void of_nodes_that_may_not_say_the_view_tells() {
        ClusterSpeakers speakers = new ClusterSpeakers();
        speakers.add(one, Optional.empty());
        speakers.add(two, Optional.empty());

        assertThat(speakers.inOrder()).containsExactly(one, two);
        assertThat(speakers.state(view(ALL))).isEqualTo("ok");
        assertThat(speakers.state(List.of())).isEqualTo("fail");
    }

    @Test
    void whoever_says_that_all_is_well_speaks_first_and_not_whoever_says_that_it_is_not() {
        ClusterSpeakers speakers = new ClusterSpeakers();
        speakers.add(one, Optional.of(false));
        speakers.add(two, Optional.empty());
        assertThat(speakers.state(view(ALL))).isEqualTo("fail");

        speakers.add(three, Optional.of(true));

        assertThat(speakers.inOrder()).containsExactly(three, two);
        assertThat(speakers.state(List.of())).isEqualTo("ok");
    }

    @Test
    void a_view_is_whole_where_each_slot_has_a_primary_that_stands() {
        assertThat(whole(ALL)).isTrue();
        assertThat(whole(ALL.replace("1@11 myself,master", "1@11 myself,master,fail")))
                .isFalse();
        assertThat(whole(ALL.replace("5461-10922", "5461-10921"))).isFalse();
    }

    @Test
    void a_node_that_is_cut_off_from_most_primaries_does_not_see_the_cluster() {
        String one = ALL.replace("2@12 master", "2@12 master,fail?");
        assertThat(whole(one)).isTrue();
        assertThat(whole(one.replace("3@13 master", "3@13 master,fail?"))).isFalse();
    }
}
