package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Node;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault and its healing, on three nodes. */
@Tag("slow")
@Timeout(600)
@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class ElasticsearchClusterIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String ONE_COPY_MORE = "{\"settings\": {\"number_of_replicas\": 1}}";

    private final ElasticsearchCluster cluster;

    ElasticsearchClusterIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void fill() {
        cluster.request("PUT", "/articles", ONE_COPY_MORE);
        cluster.request("PUT", "/articles/_doc/1?refresh=true", "{\"title\": \"kept\"}");
        cluster.awaitHealth("green", LIMIT);
    }

    private void assertWhole() {
        cluster.heal();
        cluster.awaitHealth("green", LIMIT);
        assertThat(cluster.nodes()).allSatisfy(node -> {
            assertThat(node.request("GET", "/_cat/nodes?h=name", null).lines().map(String::strip))
                    .containsExactlyInAnyOrder("es-1", "es-2", "es-3");
            assertThat(node.request("GET", "/articles/_doc/1", null)).contains("kept");
        });
        cluster.request("PUT", "/articles/_doc/2", "{\"title\": \"new\"}");
    }

    private ElasticsearchNode master() {
        return cluster.node(cluster.request("GET", "/_cat/master?h=node", null).strip());
    }

    @Test
    void listens_at_the_loopback_address_alone() {
        String unused = cluster.nodes().get(0).proxied().address();
        assertThat(ListeningSockets.addresses())
                .hasSizeGreaterThanOrEqualTo(2 * cluster.nodes().size() + 1)
                .allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void heals_at_once_when_nothing_is_broken(@Node("es-3") ElasticsearchNode node) {
        assertWhole();
        assertThat(cluster.properties())
                .containsEntry("ha.elasticsearch.nodes.es-3.address", "http://127.0.0.1:" + node.port())
                .containsEntry("ha.elasticsearch.index-prefix", "cms")
                .doesNotContainKeys("ha.elasticsearch.password", "ha.elasticsearch.tls.trust-certificates");
    }

    @Test
    void a_killed_node_comes_back_with_its_data(@Node("es-1") ElasticsearchNode node) {
        node.kill();

        assertThat(node.isRunning()).isFalse();
        assertThatThrownBy(() -> node.request("GET", "/_cat/nodes", null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("es-1 does not run");
        assertThat(cluster.request("GET", "/articles/_doc/1", null)).contains("kept");

        node.start();
        assertThat(node.request("GET", "/_cat/nodes?h=name", null)).contains("es-1");
        assertWhole();
    }

    @Test
    void a_hung_master_accepts_connections_and_says_nothing_and_is_replaced() throws Exception {
        ElasticsearchNode former = master();
        former.hang();

        assertThat(former.isHung()).isTrue();
        assertThatThrownBy(() -> former.request("GET", "/_cat/nodes", null)).hasMessageContaining("is hung");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), former.port())) {
            socket.setSoTimeout(200);
            socket.getOutputStream().write("GET /_cat/nodes HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        ElasticsearchNode other = cluster.nodes().stream()
                .filter(node -> node != former)
                .findFirst()
                .orElseThrow();
        Await.until(
                () -> "another master than " + former.id(),
                LIMIT,
                () -> other.hasJoined()
                        && !other.request("GET", "/_cat/master?h=node", null).contains(former.id()),
                () -> cluster.logs(20));
        former.resume();
        assertThat(former.isHung()).isFalse();
        assertWhole();
    }

    @Test
    void after_an_orderly_stop_and_the_loss_of_the_rest_one_comes_back_alone_without_a_master(
            @Node("es-1") ElasticsearchNode first, @Node("es-2") ElasticsearchNode stopped) {
        stopped.stop();

        assertThat(stopped.isRunning()).isFalse();
        Await.until(
                () -> "the leave of es-2",
                LIMIT,
                () -> !cluster.request("GET", "/_cat/nodes?h=name", null).contains("es-2"),
                () -> cluster.logs(20));

        cluster.nodes().forEach(ElasticsearchNode::kill);
        assertThatThrownBy(() -> cluster.request("GET", "/_cat/nodes", null)).hasMessageContaining("no node runs");
        first.start();
        assertThat(first.isRunning()).isTrue();
        assertThat(first.hasJoined()).isFalse();
        assertWhole();
    }

    @Test
    void a_red_index_leaves_the_others_alone_and_gets_its_data_back() {
        cluster.request("PUT", "/others", ONE_COPY_MORE);
        cluster.request(
                "POST", "/_aliases", "{\"actions\": [{\"add\": {\"index\": \"articles\", \"alias\": \"read\"}}]}");
        cluster.makeRed("read");

        assertThatThrownBy(() -> cluster.request("GET", "/articles/_search", null))
                .hasMessageContaining("503")
                .hasMessageContaining("no_shard_available");
        assertThat(cluster.request("GET", "/_cluster/health/articles", null)).contains("\"status\":\"red\"");
        cluster.request("PUT", "/others/_doc/1?refresh=true", "{\"title\": \"other\"}");
        assertThat(cluster.request("GET", "/others/_search", null)).contains("other");
        assertWhole();
    }

    @Test
    void a_red_index_that_was_written_to_and_moved_meanwhile_gets_back_every_acknowledged_write() {
        cluster.request("PUT", "/articles/_settings", "{\"index.refresh_interval\": \"100ms\"}");
        try (var writers = new Writers(cluster, "articles")) {
            for (int round = 0; round < 5; round++) {
                writers.awaitSome();
                movePrimary();
                cluster.makeRed("articles");
                assertThat(cluster.request("GET", "/_cluster/health/articles", null))
                        .contains("\"status\":\"red\"");
                cluster.heal();
                cluster.awaitHealth("green", LIMIT);
                assertThat(writers.lost())
                        .as("of %s, after round %s", writers, round)
                        .isEmpty();
            }
        }
        assertWhole();
    }

    /** Has the primary leave its node for the one that has no copy; it is on its way when this returns, or there. */
    private void movePrimary() {
        // Elasticsearch may be moving a copy itself, to even out the nodes, and then refuses this.
        Await.untilSlowly(() -> "a move of the primary", LIMIT, this::isPrimaryMoving, () -> cluster.logs(20));
    }

    private boolean isPrimaryMoving() {
        List<String> copies = cluster.request("GET", "/_cat/shards/articles?h=node&s=prirep", null)
                .lines()
                .map(String::strip)
                .toList();
        String free = cluster.nodes().stream()
                .map(ElasticsearchNode::id)
                .filter(node -> copies.stream().noneMatch(copy -> copy.contains(node)))
                .findFirst()
                .orElse(null);
        if (free == null) {
            return false;
        }
        try {
            cluster.request(
                    "POST",
                    "/_cluster/reroute?metric=none",
                    "{\"commands\": [{\"move\": {\"index\": \"articles\", \"shard\": 0, \"from_node\": \""
                            + copies.get(0) + "\", \"to_node\": \"" + free + "\"}}]}");
            return true;
        } catch (ElasticsearchHttp.ErrorStatus e) {
            if (e.status() != 400) {
                throw e;
            }
            return false;
        }
    }

    @Test
    void a_red_index_may_be_made_red_again() {
        cluster.makeRed("articles");
        cluster.makeRed("articles");

        assertThat(cluster.request("GET", "/_cluster/health/articles", null)).contains("\"status\":\"red\"");
        assertWhole();
    }

    @Test
    void a_red_index_that_was_deleted_leaves_nothing(@Node("es-1") ElasticsearchNode node) {
        cluster.makeRed("articles");
        cluster.request("DELETE", "/articles", null);
        fill();
        assertWhole();
        assertThat(node.hidden()).isEmptyDirectory();
    }

    @Test
    void at_its_flood_stage_an_index_refuses_writes_and_is_read() {
        cluster.floodStage("articles");

        assertThatThrownBy(() -> cluster.request("PUT", "/articles/_doc/2", "{}"))
                .hasMessageContaining("429")
                .hasMessageContaining("flood-stage");
        assertThat(cluster.request("GET", "/articles/_doc/1", null)).contains("kept");
        assertWhole();
    }

    @Test
    void healing_takes_back_blocks_and_settings() {
        cluster.request(
                "PUT", "/_cluster/settings", "{\"persistent\": {\"cluster.routing.allocation.enable\": \"none\"}}");
        cluster.request(
                "PUT",
                "/articles/_settings",
                "{\"index.blocks.write\": true, \"index.blocks.read\": true, \"index.blocks.read_only\": true, \"index.blocks.metadata\": true}");
        assertWhole();
        assertThat(cluster.request("GET", "/_cluster/settings", null)).doesNotContain("none");
    }

    @Test
    void clears_indices_and_templates() {
        cluster.request("PUT", "/_component_template/mappings", "{\"template\": {}}");
        cluster.request(
                "PUT",
                "/_index_template/publications",
                "{\"index_patterns\": [\"cms-*\"], \"composed_of\": [\"mappings\"]}");
        for (int i = 0; i < 20; i++) {
            String longName = i + "-" + "x".repeat(240);
            cluster.request("PUT", "/_index_template/" + longName, "{\"index_patterns\": [\"" + i + "\"]}");
        }
        cluster.request("PUT", "/_template/legacy", "{\"index_patterns\": [\"old-*\"]}");
        cluster.clear();

        assertThat(cluster.request("GET", "/_cat/indices?h=index", null)).isBlank();
        assertThat(cluster.request("GET", "/_cat/templates?h=name", null)).isBlank();
        assertThat(cluster.request("GET", "/_component_template", null)).doesNotContain("mappings");
        assertThat(cluster.request("GET", "/_index_template", null)).doesNotContain("publications", "xxx");
    }

    @Test
    void proxies_stand_in_front_of_nodes_and_are_healed(@Node("es-1") ElasticsearchNode node) throws Exception {
        var address =
                URI.create(cluster.proxiedProperties().get("ha.elasticsearch.nodes.es-1.address") + "/articles/_doc/1");
        node.proxied().cut();
        var request = HttpRequest.newBuilder(address).timeout(LIMIT).build();
        assertThatThrownBy(() -> HttpClient.newHttpClient().send(request, BodyHandlers.ofString()))
                .isInstanceOf(java.net.ConnectException.class);

        cluster.heal();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .body())
                .contains("kept");
    }
}
