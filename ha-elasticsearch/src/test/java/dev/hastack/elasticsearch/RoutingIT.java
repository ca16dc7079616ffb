package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch.core.CountResponse;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class RoutingIT {

    @Test
    void spreads_searches_evenly(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties())) {
            Map<String, Long> before = Traffic.searches(cluster);
            for (int i = 0; i < 300; i++) {
                assertThat(articles.search("news")).isEqualTo(10);
            }

            assertThat(Traffic.since(before, cluster))
                    .allSatisfy(
                            (node, searches) -> assertThat(searches).as(node).isBetween(30L, 240L));
        }
    }

    @Test
    void answers_through_the_asynchronous_client(ElasticsearchCluster cluster) {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties())) {
            assertThat(articles.store()
                            .asyncClient()
                            .count(c -> c.index("cms-news-read"))
                            .join()
                            .count())
                    .isEqualTo(10);
            assertThatThrownBy(() -> articles.store()
                            .asyncClient()
                            .get(g -> g.index("cms-none-read").id("1"), Map.class)
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(ElasticsearchException.class);
        }
    }

    @Test
    void passes_on_what_the_server_says_of_a_bad_request_with_the_caller_s_own_stack(ElasticsearchCluster cluster) {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties())) {
            assertThatThrownBy(() -> articles.client()
                            .create(c -> c.index("cms-news-write").id("1").document(Map.of("title", "again"))))
                    .isInstanceOfSatisfying(ElasticsearchException.class, e -> {
                        assertThat(e.status()).isEqualTo(409);
                        assertThat(e.getStackTrace())
                                .anySatisfy(frame ->
                                        assertThat(frame.getClassName()).isEqualTo(RoutingIT.class.getName()));
                    });
        }
    }

    @Test
    void lets_no_write_leave_a_stack_that_may_only_read(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties(), "writable", "false")) {
            assertThatThrownBy(() -> articles.add("news"))
                    .isInstanceOf(ElasticsearchNotWritableException.class)
                    .hasMessage(
                            "index of cms-news-write: not sent, since this stack may only read (ha.elasticsearch.writable=false)");
            assertThatThrownBy(() -> articles.client().indices().delete(d -> d.index("cms-news-000001")))
                    .isInstanceOf(ElasticsearchNotWritableException.class);
            assertThat(articles.search("news")).isEqualTo(10);
            assertThat(articles.client().cluster().health().numberOfNodes()).isEqualTo(3);
        }
        assertThat(Articles.count(cluster, "news")).isEqualTo(10);
    }

    /** As the plain client does with those for which it has no connection. */
    @Test
    void has_searches_of_one_index_that_come_at_once_wait_for_their_turn(ElasticsearchCluster cluster) {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.properties(), "max-in-flight", "20")) {
            List<CompletableFuture<CountResponse>> counts = IntStream.range(0, 70)
                    .mapToObj(i -> articles.store().asyncClient().count(c -> c.index("cms-news-read")))
                    .toList();

            assertThat(counts)
                    .allSatisfy(count -> assertThat(count.join().count()).isEqualTo(10));
        }
    }

    @Test
    void says_how_the_nodes_are(ElasticsearchCluster cluster) {
        try (Articles articles = Articles.open(cluster.properties())) {
            Eventually.until(
                    "all is well",
                    () -> articles.store().health().health() == Health.UP
                            && articles.store().topology().nodes().values().stream()
                                    .allMatch(node -> node.status() == Status.PEER));
            assertThat(articles.store().topology().nodes()).hasSize(3);
            assertThat(articles.store().topology().identity())
                    .hasValueSatisfying(uuid -> assertThat(cluster.request("GET", "/_cluster/state/version", null))
                            .contains(uuid));
        }
    }

    @Test
    void says_that_a_cluster_takes_no_writes_and_is_down_for_whoever_has_some(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        try (Articles editing = Articles.open(cluster.properties());
                Articles delivery = Articles.open(cluster.properties(), "writable", "false")) {
            cluster.request("PUT", "/_cluster/settings", "{\"persistent\":{\"cluster.blocks.read_only\":true}}");

            Eventually.until("it is seen", () -> editing.store().health().health() == Health.DOWN);
            assertThat(editing.store().health().note(HealthCode.WRITES_REFUSED))
                    .map(HealthNote::text)
                    .contains("No node takes writes: cluster read-only (api).");
            assertThat(delivery.store().health().health()).isEqualTo(Health.UP);
            assertThat(editing.search("news")).isEqualTo(10);

            cluster.request("PUT", "/_cluster/settings", "{\"persistent\":{\"cluster.blocks.read_only\":null}}");
            Eventually.until("it is seen", () -> editing.store().health().health() == Health.UP);
        }
    }

    @Test
    void runs_no_thread_after_its_end(ElasticsearchCluster cluster) {
        Articles.open(cluster.properties()).close();

        Eventually.until(
                "no thread is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("ha-elasticsearch-")));
    }
}
