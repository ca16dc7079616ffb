package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.ElasticsearchCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** An open stack on a test's cluster, with a publication that has articles. */
final class Articles implements AutoCloseable {
    private final HaStack stack;

    private Articles(HaStack stack) {
        this.stack = stack;
    }

    /** @param more settings, that win */
    static Articles open(Map<String, String> properties, String... more) {
        Map<String, String> settings = new HashMap<>(properties);
        for (int i = 0; i < more.length; i += 2) {
            settings.put("ha.elasticsearch." + more[i], more[i + 1]);
        }
        HaStack stack = HaStack.open(StackConfig.of(settings));
        if (!stack.awaitReady(Duration.ofSeconds(60))) {
            String health = stack.health().toString();
            stack.close();
            throw new AssertionError("not ready: " + health);
        }
        return new Articles(stack);
    }

    /** An index {@code cms-<publication>-000001} of one shard that has a replica, and ten articles. */
    static void publish(ElasticsearchCluster cluster, String publication) {
        publish(cluster, publication, 1, "");
    }

    /** @param settings of the index, in JSON, after a comma */
    static void publish(ElasticsearchCluster cluster, String publication, int replicas, String settings) {
        String index = "/cms-" + publication + "-000001";
        cluster.request(
                "PUT",
                index + "?wait_for_active_shards=all",
                "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":" + replicas + settings + "},"
                        + "\"aliases\":{\"cms-" + publication + "-read\":{},\"cms-" + publication + "-write\":{}}}");
        for (int i = 0; i < 10; i++) {
            cluster.request("PUT", index + "/_doc/" + i, "{\"title\":\"article\"}");
        }
        cluster.request("POST", index + "/_refresh", null);
    }

    HaStack stack() {
        return stack;
    }

    HaElasticsearch store() {
        return stack.get(HaElasticsearch.class);
    }

    ElasticsearchClient client() {
        return store().client();
    }

    /** How many articles a search finds. */
    long search(String publication) throws java.io.IOException {
        return client().search(
                        s -> s.index("cms-" + publication + "-read").trackTotalHits(t -> t.enabled(true)), Map.class)
                .hits()
                .hits()
                .size();
    }

    /** Adds one, without an id: twice would be two. */
    void add(String publication) throws java.io.IOException {
        client().index(i -> i.index("cms-" + publication + "-write").document(Map.of("title", "added")));
    }

    /** How many there are by the servers' own word. */
    static long count(ElasticsearchCluster cluster, String publication) {
        cluster.request("POST", "/cms-" + publication + "-000001/_refresh", null);
        String answer = cluster.request("GET", "/cms-" + publication + "-000001/_count", null);
        return Long.parseLong(answer.replaceAll(".*\"count\":(\\d+).*", "$1"));
    }

    @Override
    public void close() {
        boolean unused = stack.close(Duration.ofSeconds(1));
    }
}
