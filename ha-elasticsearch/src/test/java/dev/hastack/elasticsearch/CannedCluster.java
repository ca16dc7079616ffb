package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch.core.IndexRequest;
import dev.hastack.core.config.StackConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Canned nodes, es-1 and so on, and a client of them.
 *
 * @param thread looks after the calls, once it is started
 */
public record CannedCluster(List<CannedNode> nodes, Map<String, NodeChannel> channels, Router router, Thread thread)
        implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /**
     * Nobody looks after its calls yet.
     *
     * @param settings of ha.elasticsearch
     */
    public static CannedCluster of(Map<String, String> settings, CannedNode... nodes) {
        Map<String, String> all = new HashMap<>(Map.of("ha.elasticsearch.index-prefix", "cms"));
        settings.forEach((name, value) -> all.put("ha.elasticsearch." + name, value));
        Map<String, NodeChannel> channels = new TreeMap<>();
        for (int i = 0; i < nodes.length; i++) {
            String node = "es-" + (i + 1);
            all.put("ha.elasticsearch.nodes." + node + ".address", "http://" + node + ":9200");
            channels.put(node, new NodeChannel(CannedNode.target(node, nodes[i].port(), LONGEST), new RestConnector()));
        }
        Router router =
                new Router(StackConfig.of(all).elasticsearch().orElseThrow(), ElasticsearchRoutesTest.routes(channels));
        return new CannedCluster(List.of(nodes), channels, router, lookingAfter(router));
    }

    /** A thread that looks after this router's calls, not started. */
    static Thread lookingAfter(Router router) {
        Thread thread = new Thread(
                () -> {
                    while (!router.closing()) {
                        boolean unused = router.look(System.nanoTime());
                        LockSupport.parkNanos(router.rest());
                    }
                },
                "router");
        thread.setDaemon(true);
        return thread;
    }

    /** With its calls looked after. */
    public CannedCluster started() {
        thread.start();
        return this;
    }

    RoutingTransport transport() {
        return new RoutingTransport(router, Mappers.standard());
    }

    public ElasticsearchClient client() {
        return new ElasticsearchClient(transport());
    }

    long count() throws IOException {
        return client().count(count -> count.index("cms-news-read")).count();
    }

    void write() throws IOException {
        client().index(document());
    }

    ElasticsearchAsyncClient async() {
        return new ElasticsearchAsyncClient(transport());
    }

    static IndexRequest<Map<String, String>> document() {
        return IndexRequest.of(put -> put.index("cms-news-write").id("1").document(Map.of("title", "x")));
    }

    @Override
    public void close() {
        router.close();
        channels.values().forEach(NodeChannel::close);
        nodes.forEach(CannedNode::close);
    }
}
