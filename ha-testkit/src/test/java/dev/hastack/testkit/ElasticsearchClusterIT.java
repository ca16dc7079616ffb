package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Node;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault and its healing, on three nodes. */
@Timeout(60)
@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class ElasticsearchClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ElasticsearchCluster cluster;

    ElasticsearchClusterIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    private void fill() {
        cluster.request("PUT", "/articles", "{\"settings\": {\"number_of_shards\": 1, \"number_of_replicas\": 1}}");
        cluster.request("PUT", "/articles/_doc/1?refresh=true", "{\"title\": \"kept\"}");
        cluster.awaitHealth("green", LIMIT);
    }

    private void assertWhole() {
        cluster.heal();
        cluster.awaitHealth("green", LIMIT);
        assertThat(cluster.nodes()).allSatisfy(node -> {
            assertThat(node.request("GET", "/_cat/nodes?h=name", null).lines())
                    .containsExactlyInAnyOrder("es-1", "es-2", "es-3");
            assertThat(node.request("GET", "/articles/_search", null)).contains("kept");
        });
        cluster.request("PUT", "/articles/_doc/2", "{\"title\": \"new\"}");
    }

    @Test
    void a_killed_node_is_gone_and_comes_back_with_its_data(@Node("es-1") ElasticsearchNode node) {
        fill();
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
    void a_hung_node_accepts_connections_and_says_nothing(@Node("es-2") ElasticsearchNode node) throws Exception {
        fill();
        node.hang();

        assertThat(node.isHung()).isTrue();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(200);
            socket.getOutputStream().write("GET /_cat/nodes HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        node.resume();
        assertThat(node.isHung()).isFalse();
        assertWhole();
    }
}
