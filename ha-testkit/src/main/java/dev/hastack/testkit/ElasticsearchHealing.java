package dev.hastack.testkit;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Brings a cluster back to its layout. */
final class ElasticsearchHealing {
    private static final Duration RETURN = Duration.ofSeconds(60);
    /** For shards whose nodes are there again; some cannot come back, as a replica that never had a second node. */
    private static final Duration RECOVERY = Duration.ofSeconds(10);

    private static final String DEFAULTS = "{\"persistent\":{},\"transient\":{}}";
    /** Why a shard may be unassigned though no fault befell it: there are too few nodes. */
    private static final Set<String> BY_LAYOUT = Set.of("INDEX_CREATED", "REPLICA_ADDED");

    private static final int LOG_LINES = 20;

    private final ElasticsearchCluster cluster;
    private final List<ElasticsearchNode> nodes;
    private final ElasticsearchIndices indices;

    ElasticsearchHealing(ElasticsearchCluster cluster, ElasticsearchIndices indices) {
        this.cluster = cluster;
        this.nodes = cluster.nodes();
        this.indices = indices;
    }

    void start() {
        nodes.forEach(ElasticsearchNode::launch);
        nodes.forEach(ElasticsearchNode::awaitReady);
        awaitReunion();
    }

    void heal() {
        nodes.forEach(ElasticsearchNode::healProxy);
        start();
        if (!DEFAULTS.equals(cluster.request("GET", "/_cluster/settings?flat_settings=true", null))) {
            cluster.request("PUT", "/_cluster/settings", "{\"persistent\":{\"*\":null},\"transient\":{\"*\":null}}");
        }
        indices.restore();
        Await.holdsSlowly(RECOVERY, this::isRecovered);
    }

    /** Waits until every node sees all others. */
    private void awaitReunion() {
        Await.until(
                () -> "the reunion of " + nodes,
                RETURN,
                () -> nodes.stream().allMatch(this::seesAll),
                () -> shards() + logs(LOG_LINES));
    }

    private boolean seesAll(ElasticsearchNode node) {
        try {
            node.request(
                    "GET",
                    "/_cluster/health?timeout=1s&master_timeout=1s&wait_for_events=languid&wait_for_nodes="
                            + nodes.size(),
                    null);
            return true;
        } catch (IllegalStateException | UncheckedIOException e) {
            return false; // 408; or it fell back among those who look for a master.
        }
    }

    private boolean isRecovered() {
        return cluster.request("GET", "/_cat/shards?h=state,unassigned.reason", null)
                .lines()
                .map(line -> line.strip().split(" +", -1))
                .allMatch(shard -> shard[0].equals("STARTED") || (shard.length > 1 && BY_LAYOUT.contains(shard[1])));
    }

    /** Where every shard is, for messages. */
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
