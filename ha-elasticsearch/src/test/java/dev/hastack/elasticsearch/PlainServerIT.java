package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** TLS is spoken to nodes that do not speak it. */
@HaStackTest(elasticsearch = @Elasticsearch)
class PlainServerIT {
    private final ElasticsearchCluster cluster;

    PlainServerIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void that_they_do_not_is_told_and_not_to_check_the_password() {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.replaceAll((key, value) -> key.endsWith(".address") ? value.replace("http:", "https:") : value);

        try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
            Eventually.until(
                    "all are told",
                    () -> stack.health().toString().split("TLS: the server does not speak TLS; http://", -1).length
                            > cluster.nodes().size());
            assertThatThrownBy(() -> stack.get(HaElasticsearch.class).client().count())
                    .isInstanceOf(ElasticsearchNoNodeException.class)
                    .hasMessageContaining("waiting is in vain: TLS: the server does not speak TLS")
                    .hasMessageNotContaining("check ha.elasticsearch.username");
        }
    }
}
