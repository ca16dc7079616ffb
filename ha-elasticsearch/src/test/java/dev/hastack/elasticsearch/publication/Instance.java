package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.jackson.Jackson3JsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.ElasticsearchCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;

/** What one process of a service has: a client, and what it knows, of its own. */
record Instance(ElasticsearchClient client, Publications publications) implements AutoCloseable {
    /** So that a dead process is told from a living one within a test's patience. */
    private static final Claim.Times QUICK = new Claim.Times(Duration.ofMillis(150), Duration.ofMillis(1500));

    static Instance start(ElasticsearchCluster cluster) {
        return start(cluster, Map.of());
    }

    static Instance start(ElasticsearchCluster cluster, Map<String, String> settings) {
        return start(cluster, settings, cluster.properties());
    }

    /** Whose network the test may disturb. */
    static Instance proxied(ElasticsearchCluster cluster) {
        return start(cluster, Map.of(), cluster.proxiedProperties());
    }

    private static Instance start(
            ElasticsearchCluster cluster, Map<String, String> settings, Map<String, String> addresses) {
        ElasticsearchClient client = new ElasticsearchClient(new RestClientTransport(
                RestClient.builder(cluster.nodes().stream()
                                .map(node -> addresses.get("ha.elasticsearch.nodes." + node.id() + ".address"))
                                .map(HttpHost::create)
                                .toArray(HttpHost[]::new))
                        .build(),
                new Jackson3JsonpMapper()));
        ElasticsearchConfig config = config(cluster, settings);
        return new Instance(client, new Publications(client, config, config.writable(), QUICK));
    }

    private static ElasticsearchConfig config(ElasticsearchCluster cluster, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(cluster.properties());
        all.put("ha.stack", "editing");
        all.put("ha.service", "editor");
        all.put("ha.elasticsearch.defaults.replicas", "0");
        all.put("ha.elasticsearch.defaults.mapping", Article.MAPPING);
        all.putAll(settings);
        return StackConfig.of(all).elasticsearch().orElseThrow();
    }

    Publication publication(String id) {
        return publications.publication(id);
    }

    @Override
    public void close() {
        try {
            client._transport().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
