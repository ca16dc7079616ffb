package dev.hastack.benchmarks.lab.elasticsearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.ElasticsearchNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Three nodes, and on them two publications of one shard and one replica each. */
public record ElasticsearchServers(ElasticsearchCluster cluster) implements Servers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration GREEN = Duration.ofSeconds(60);
    private static final int DOCUMENTS = 2000;
    /** More than one round can write; Elasticsearch allows no more buckets than 65,536. */
    private static final int MOST_CALLS = 60_000;

    static ElasticsearchServers start() {
        var builder = ElasticsearchCluster.builder().node("es-1").node("es-2").node("es-3");
        // Elasticsearch's own defaults in place of the testkit's, which are quicker to give up a node.
        for (String side : List.of("follower", "leader")) {
            String check = "cluster.fault_detection." + side + "_check.";
            builder.setting(check + "interval", "1s")
                    .setting(check + "timeout", "10s")
                    .setting(check + "retry_count", "3");
        }
        return new ElasticsearchServers(builder.setting("cluster.publish.timeout", "30s")
                .setting("cluster.follower_lag.timeout", "90s")
                .start());
    }

    /** Puts both publications on the node that faults will strike: A's primary, and the replica of B. */
    @Override
    public void reset() {
        cluster.heal();
        cluster.clear();
        String master = cluster.request("GET", "/_cat/master?h=node", null).strip();
        List<String> others = cluster.nodes().stream()
                .map(ElasticsearchNode::id)
                .filter(id -> !id.equals(master))
                .toList();
        String struck = others.get(0);
        create(Publication.A, struck, others.get(1));
        create(Publication.B, master, struck);
    }

    private void create(Publication publication, String primary, String replica) {
        String index = "/" + publication.index();
        cluster.request("PUT", index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0,
                              "index.routing.allocation.include._name": "%s"},
                 "mappings": {"properties": {"call": {"type": "long"}, "text": {"type": "text"}}}}
                """.formatted(primary));
        String documents = LongStream.rangeClosed(1, DOCUMENTS)
                .mapToObj(id -> Article.of(-id).toBulk())
                .collect(Collectors.joining());
        cluster.request("POST", index + "/_bulk?refresh=true", documents);
        cluster.request("PUT", index + "/_settings", """
                {"index.number_of_replicas": 1, "index.routing.allocation.include._name": "%s,%s"}
                """.formatted(primary, replica));
        cluster.awaitHealth("green", GREEN);
        cluster.request("PUT", index + "/_settings", "{\"index.routing.allocation.include._name\": null}");
    }

    /** The one that has copies of both publications, and is not the master. */
    ElasticsearchNode struck() {
        String shards = cluster.request("GET", "/_cat/shards/" + Publication.A.index() + "?h=prirep,node", null);
        return shards.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(shard -> shard[0].equals("p"))
                .map(shard -> cluster.node(shard[1]))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node has the primary of A:\n" + shards));
    }

    /** How many searches and writes each node has answered since it started, by its id. */
    Map<String, Long> requests() {
        JsonNode stats =
                json(cluster.request("GET", "/_nodes/stats/http?filter_path=nodes.*.name,nodes.*.http.routes", null));
        Map<String, Long> requests = new TreeMap<>();
        stats.path("nodes").forEach(node -> requests.put(node.path("name").asText(), Routes.count(node)));
        return requests;
    }

    String version() {
        return json(cluster.request("GET", "/_nodes/_local?filter_path=nodes.*.version", null))
                .findPath("version")
                .asText();
    }

    /** Makes all that is stored be found. */
    void refresh() {
        cluster.awaitHealth("green", GREEN);
        cluster.request("POST", "/cms-*/_refresh", null);
    }

    /** The ids of all writes that are there. */
    @Override
    public Stored stored() {
        Set<Long> ids = new HashSet<>();
        calls(1).forEach(bucket -> ids.add(bucket.path("key").asLong()));
        return new Stored(ids, Set.of());
    }

    /** How many writes are there more than once. */
    int twice() {
        return calls(2).size();
    }

    private JsonNode calls(int least) {
        return json(cluster.request("POST", "/cms-*/_search?size=0", """
                        {"query": {"range": {"call": {"gt": 0}}},
                         "aggs": {"calls": {"terms": {"field": "call", "min_doc_count": %d, "size": %d}}}}
                        """.formatted(least, MOST_CALLS)))
                .path("aggregations")
                .path("calls")
                .path("buckets");
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + text, e);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
