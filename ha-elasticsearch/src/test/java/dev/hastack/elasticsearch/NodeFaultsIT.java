package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import co.elastic.clients.transport.rest_client.RestClientOptions;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.ElasticsearchNode;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.elasticsearch.client.RequestOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class NodeFaultsIT {

    @Test
    void fails_no_search_when_a_node_is_killed_and_uses_it_again_when_it_is_back(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties());
                Readers readers = new Readers(3, () -> articles.search("news"))) {
            readers.await(100);
            cluster.node("es-2").kill();
            Eventually.until("es-2 is down", () -> status(articles, "es-2") == Status.DOWN);
            readers.await(200);
            cluster.node("es-2").start();
            Eventually.until("es-2 is back", () -> status(articles, "es-2") == Status.PEER);
            long before = Traffic.searches(cluster.node("es-2"));
            Eventually.until("es-2 is asked again", () -> Traffic.searches(cluster.node("es-2")) >= before + 50);

            assertThat(readers.failures()).isEmpty();
        }
    }

    @Test
    void fails_no_search_when_a_node_hangs_with_a_copy_of_the_shard(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news", 1, ",\"routing.allocation.exclude._name\":\"es-3\"");
        try (Articles articles = Articles.open(cluster.properties());
                Readers readers = new Readers(3, () -> articles.search("news"))) {
            readers.await(100);
            cluster.node("es-1").hang();
            Eventually.until("es-1 is down", () -> status(articles, "es-1") == Status.DOWN);
            readers.await(200);
            cluster.node("es-1").resume();
            Eventually.until("es-1 is back", () -> status(articles, "es-1") == Status.PEER);
            readers.await(200);

            assertThat(readers.failures()).isEmpty();
            System.out.println("slowest search with a hung node: " + readers.slowest());
        }
    }

    @Test
    void tells_the_outcome_of_a_write_to_a_hung_primary_as_unknown_and_once_in_the_log(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news", 0, ",\"routing.allocation.require._name\":\"es-1\"");
        Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        topology.addAppender(lines);
        try (Articles articles = Articles.open(cluster.properties(), "writes.timeout", "1s")) {
            cluster.node("es-1").hang();

            assertThatThrownBy(() -> articles.add("news"))
                    .isInstanceOf(ElasticsearchOutcomeUnknownException.class)
                    .hasMessageMatching("index of cms-news-write: no answer from es-\\d within 1000 ms");
            Eventually.until("the cost is told", () -> !costs(lines).isEmpty());
            assertThat(costs(lines))
                    .singleElement()
                    .asString()
                    .matches(
                            "WARN elasticsearch: (callers are served again, after .*|calls suffered up to .* after the fault)"
                                    + ": calls held 0, failed 0, of unknown outcome 1");
        } finally {
            topology.detachAppender(lines);
        }
    }

    private static List<String> costs(ListAppender<ILoggingEvent> lines) {
        return List.copyOf(lines.list).stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .filter(line -> line.contains("callers"))
                .toList();
    }

    @Tag("slow")
    @Test
    void waits_for_a_cluster_that_is_down_as_a_whole_and_says_what_it_saw_when_it_cannot_wait_any_longer(
            ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles impatient = Articles.open(cluster.properties(), "reads.timeout", "500ms");
                Articles articles = Articles.open(cluster.properties(), "admin-timeout", "5m");
                Readers readers =
                        new Readers(2, () -> articles.client().indices().exists(e -> e.index("cms-news-000001")))) {
            readers.await(50);
            cluster.nodes().forEach(ElasticsearchNode::kill);
            awaitAllDown(articles);
            awaitAllDown(impatient);

            assertThatThrownBy(() -> impatient.search("news"))
                    .isInstanceOf(ElasticsearchNoNodeException.class)
                    .hasMessageStartingWith("search of cms-news-read: no node within 500 ms; DARK since ")
                    .hasMessageContaining("es-2 DOWN refused");

            cluster.nodes().parallelStream().forEach(ElasticsearchNode::start);
            readers.await(100);
            cluster.awaitHealth("green", Duration.ofMinutes(3));

            assertThat(readers.failures()).isEmpty();
            assertThat(articles.search("news")).isEqualTo(10);
        }
    }

    private static void awaitAllDown(Articles articles) throws Exception {
        Eventually.until(
                "all are down",
                () -> articles.store().topology().nodes().values().stream()
                        .allMatch(node -> node.status() == Status.DOWN));
    }

    @Tag("slow")
    @Test
    void replaces_a_client_whose_io_threads_have_died(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties(), "reads.timeout", "20s")) {
            RequestOptions.Builder options = RequestOptions.DEFAULT.toBuilder();
            options.setHttpAsyncResponseConsumerFactory(DeadlyConsumer::new);
            CompletableFuture<?> killer = articles.store()
                    .asyncClient()
                    .withTransportOptions(new RestClientOptions(options.build(), false))
                    .search(s -> s.index("cms-news-read"), Map.class);
            assertThatThrownBy(killer::join).hasCauseInstanceOf(IOException.class);

            for (int i = 0; i < 30; i++) {
                assertThat(articles.search("news")).isEqualTo(10);
            }
        }
    }

    private static Status status(Articles articles, String node) {
        return articles.store().topology().node(node).map(NodeView::status).orElse(Status.UNKNOWN);
    }
}
