package dev.hastack.benchmarks.lab.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Which requests a node has been sent, by its statistics: what other nodes ask of it is not among them. */
final class Routes {
    /** What the load consists of, and nothing else does. */
    private static final List<String> OF_LOAD = List.of("/{index}/_search", "/{index}/_doc");

    private Routes() {}

    /** Of one node in {@code _nodes/stats/http}, whatever the method. */
    static long count(JsonNode node) {
        JsonNode routes = node.path("http").path("routes");
        return OF_LOAD.stream()
                .flatMap(route -> StreamSupport.stream(
                        routes.path(route).findValues("requests").spliterator(), false))
                .mapToLong(requests -> requests.path("count").asLong())
                .sum();
    }

    /** The greatest share, in percent, that a node has of the requests between two looks at all nodes. */
    static double busiest(Map<String, Long> before, Map<String, Long> after) {
        List<Long> between = after.entrySet().stream()
                .map(node -> node.getValue() - before.getOrDefault(node.getKey(), 0L))
                .toList();
        long all = between.stream().mapToLong(count -> count).sum();
        return all == 0
                ? 100
                : 100.0 * between.stream().mapToLong(count -> count).max().orElse(0) / all;
    }
}
