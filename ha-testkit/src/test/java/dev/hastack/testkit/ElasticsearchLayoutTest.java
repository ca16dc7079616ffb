package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ElasticsearchLayoutTest {
    @Test
    void equal_builders_make_equal_layouts_so_that_tests_share_a_cluster() {
        assertThat(ElasticsearchCluster.builder().node("es-1").layout())
                .isEqualTo(ElasticsearchCluster.builder().layout())
                .isNotEqualTo(ElasticsearchCluster.builder().tls().layout());
    }

    @Test
    void refuses_names_that_cannot_be_part_of_a_key() {
        var builder = ElasticsearchCluster.builder().node("es 1");
        assertThatThrownBy(builder::layout).hasMessageContaining("\"es 1\"");
    }
}
