package dev.hastack.benchmarks.lab.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoutesTest {

    @Test
    void counts_searches_and_writes_and_nothing_else() throws JsonProcessingException {
        String node = """
                {"name": "es-1", "http": {"routes": {
                    "/{index}/_search": {"requests": {"count": 40, "total_size_in_bytes": 1}, "responses": {"count": 39}},
                    "/{index}/_doc": {"requests": {"count": 2}},
                    "/_cluster/health": {"requests": {"count": 500}}}}}
                """;

        assertThat(Routes.count(new ObjectMapper().readTree(node))).isEqualTo(42);
        assertThat(Routes.count(new ObjectMapper().readTree("{\"name\": \"es-2\"}")))
                .isZero();
    }

    @Test
    void the_busiest_node_has_the_greatest_share_of_what_came_in_between() {
        Map<String, Long> before = Map.of("es-1", 1000L, "es-2", 10L, "es-3", 0L);
        Map<String, Long> after = Map.of("es-1", 1025L, "es-2", 60L, "es-3", 25L);

        assertThat(Routes.busiest(before, after)).isEqualTo(50);
        assertThat(Routes.busiest(after, after)).isEqualTo(100);
    }
}
