package dev.hastack.testkit;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Brings a cluster back to its layout. */
final class ElasticsearchHealing {
    private static final Duration RETURN = Duration.ofSeconds(30);
    private static final int LOG_LINES = 20;

    private final ElasticsearchCluster cluster;
    private final List<ElasticsearchNode> nodes;

    ElasticsearchHealing(ElasticsearchCluster cluster) {
        this.cluster = cluster;
        this.nodes = cluster.nodes();
    }

    void start() {
        nodes.forEach(ElasticsearchNode::launch);
        nodes.forEach(ElasticsearchNode::awaitReady);
        awaitWhole();
    }

    void heal() {
        nodes.forEach(ElasticsearchNode::healProxy);
        nodes.forEach(ElasticsearchNode::launch);
        nodes.forEach(ElasticsearchNode::awaitReady);
        awaitWhole();
    }

    void clear() {
        List<String> indices = lines("/_cat/indices?h=index&expand_wildcards=all").stream()
                .filter(index -> !index.startsWith("."))
                .toList();
        if (!indices.isEmpty()) {
            cluster.request("DELETE", "/" + String.join(",", indices), null);
        }
    }

    private List<String> lines(String path) {
        return cluster.request("GET", path, null).lines().map(String::strip).toList();
    }

    /** Waits until every node sees all others, and no shard is on its way. */
    private void awaitWhole() {
        Await.until(
                () -> "the reunion of " + nodes,
                RETURN,
                () -> nodes.stream().allMatch(this::isWhole),
                () -> shards() + logs(LOG_LINES));
    }

    private boolean isWhole(ElasticsearchNode node) {
        try {
            node.request(
                    "GET",
                    "/_cluster/health?timeout=1s&master_timeout=1s&wait_for_events=languid&wait_for_no_initializing_shards=true"
                            + "&wait_for_no_relocating_shards=true&wait_for_nodes=" + nodes.size(),
                    null);
            return true;
        } catch (IllegalStateException | UncheckedIOException e) {
            return false; // 408; or it fell back among those who look for a master.
        }
    }

    String shards() {
        try {
            return cluster.request("GET", "/_cat/shards?v", null);
        } catch (IllegalStateException | UncheckedIOException e) {
            return "(no list of shards: " + e.getMessage() + ")\n";
        }
    }

    String logs(int lines) {
        return nodes.stream()
                .map(node -> "== log of " + node.id() + " (" + node.address() + ")\n" + node.log(lines) + "\n")
                .collect(Collectors.joining());
    }
}
