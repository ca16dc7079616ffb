package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.FaultProxy.Direction;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class DeliveryIT {

    @Test
    void sends_a_write_without_an_id_once_though_its_answer_is_lost(ElasticsearchCluster cluster) {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.proxiedProperties())) {
            CompletableFuture<?> write = loseTheAnswer(cluster, articles, null);

            assertThat(write.handle((done, error) -> error).join())
                    .isInstanceOf(ElasticsearchOutcomeUnknownException.class);
        }
        assertThat(Articles.count(cluster, "news")).isEqualTo(11);
    }

    @Test
    void sends_a_write_with_an_id_again_when_its_answer_is_lost(ElasticsearchCluster cluster) {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.proxiedProperties())) {
            CompletableFuture<?> write = loseTheAnswer(cluster, articles, "eleven");

            assertThat(write.handle((done, error) -> error).join()).isNull();
        }
        assertThat(Articles.count(cluster, "news")).isEqualTo(11);
    }

    private static CompletableFuture<?> loseTheAnswer(
            ElasticsearchCluster cluster, Articles articles, @org.jspecify.annotations.Nullable String id) {
        List<FaultProxy> proxies =
                cluster.nodes().stream().map(node -> node.proxied()).toList();
        proxies.forEach(proxy -> proxy.blackHole(Direction.TO_CLIENT));
        CompletableFuture<?> write = articles.store()
                .asyncClient()
                .index(i -> i.index("cms-news-write").id(id).document(Map.of("title", "once")));
        Eventually.until("it was indexed", () -> Articles.count(cluster, "news") == 11);
        proxies.forEach(FaultProxy::reset);
        proxies.forEach(FaultProxy::heal);
        return write;
    }
}
