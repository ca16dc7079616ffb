package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.testkit.ElasticsearchCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What one process of a service has: a stack, and what it knows, of its own. */
record Instance(HaStack stack, Publications publications) implements AutoCloseable {
    /** So that a dead process is told from a living one within a test's patience, and rebuilds begin soon. */
    static final Claim.Times QUICK =
            new Claim.Times(Duration.ofMillis(150), Duration.ofSeconds(5), Duration.ofMillis(300));

    static Instance start(ElasticsearchCluster cluster) {
        return start(cluster, Map.of());
    }

    static Instance start(ElasticsearchCluster cluster, Map<String, String> settings) {
        return open(settings(cluster, settings));
    }

    /** What one is opened by. */
    static Map<String, String> settings(ElasticsearchCluster cluster, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(cluster.properties());
        all.put("ha.stack", "editing");
        all.put("ha.service", "editor");
        // Patient, since a machine that builds may be busy: what hangs here hangs for good.
        all.put("ha.probe.timeout", "900ms");
        all.put("ha.elasticsearch.defaults.replicas", "0");
        all.put("ha.elasticsearch.defaults.mapping", Article.MAPPING);
        all.putAll(settings);
        return all;
    }

    static Instance open(Map<String, String> all) {
        StackConfig config = StackConfig.of(all);
        HaStack stack = HaStack.open(config);
        assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                .as("ready: %s", stack.health())
                .isTrue();
        ElasticsearchConfig elasticsearch = config.elasticsearch().orElseThrow();
        return new Instance(
                stack,
                new Publications(
                        stack.get(HaElasticsearch.class).client(), elasticsearch, elasticsearch.writable(), QUICK));
    }

    /** Whose network the test may disturb. */
    static Instance proxied(ElasticsearchCluster cluster) {
        return start(cluster, cluster.proxiedProperties());
    }

    ElasticsearchClient client() {
        return stack.get(HaElasticsearch.class).client();
    }

    Publication publication(String id) {
        return publications.publication(id);
    }

    @Override
    public void close() {
        stack.close();
    }
}
