package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectorsTest {

    @Test
    void shows_an_api_key_to_the_node_and_to_nobody_else() {
        NodeConnector.Target target = target("ha.elasticsearch.api-key", "VGVzdDpLZXk=");

        assertThat(target.headers()).containsEntry("Authorization", "ApiKey VGVzdDpLZXk=");
        assertThat(target.toString()).doesNotContain("VGVzdDpLZXk=");
    }

    @Test
    void shows_a_password_to_the_node_and_to_nobody_else() {
        NodeConnector.Target target = target("ha.elasticsearch.username", "cms", "ha.elasticsearch.password", "secret");

        assertThat(target.headers()).containsEntry("Authorization", "Basic Y21zOnNlY3JldA==");
        assertThat(target.toString()).doesNotContain("Y21zOnNlY3JldA==").doesNotContain("secret");
    }

    @Test
    void shows_nothing_of_a_node_that_repeats_what_it_was_sent() {
        Connectors connectors = connectors("ha.elasticsearch.username", "cms", "ha.elasticsearch.password", "secret");

        assertThat(connectors.hiddenIn("400 Bad Request: Authorization: Basic Y21zOnNlY3JldA==, password secret"))
                .isEqualTo("400 Bad Request: Authorization: Basic <hidden>, password <hidden>");
    }

    @Test
    void tells_the_server_whose_requests_they_are() {
        assertThat(target("ha.stack", "delivery", "ha.service", "shop window").headers())
                .containsEntry("X-Opaque-Id", "ha-stack-delivery-shop_window");
    }

    private static NodeConnector.Target target(String... settings) {
        return connectors(settings).target("es-1", URI.create("http://es-1:9200"));
    }

    private static Connectors connectors(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "ha.elasticsearch.nodes.es-1.address", "http://es-1:9200", "ha.elasticsearch.index-prefix", "cms"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        StackConfig config = StackConfig.of(all);
        ElasticsearchConfig elasticsearch = config.elasticsearch().orElseThrow();
        return new Connectors(elasticsearch, config, Connectors.found());
    }
}
