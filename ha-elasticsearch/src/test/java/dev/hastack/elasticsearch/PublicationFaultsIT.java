package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class PublicationFaultsIT {

    @Test
    void visits_two_nodes_at_most_for_a_search_of_a_red_publication_and_then_none(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Articles.publish(cluster, "bad");
        cluster.makeRed("cms-bad-000001");
        try (Articles articles = Articles.open(cluster.properties())) {
            Map<String, Long> before = Traffic.searches(cluster);
            assertThatThrownBy(() -> articles.search("bad"))
                    .isInstanceOfSatisfying(
                            ElasticsearchException.class,
                            e -> assertThat(e.status()).isEqualTo(503));
            assertThat(Traffic.since(before, cluster).values().stream()
                            .mapToLong(n -> n)
                            .sum())
                    .isEqualTo(2);

            assertThat(IntStream.range(0, 10).mapToObj(i -> catchThrowable(() -> articles.search("bad"))))
                    .last()
                    .isInstanceOf(UnavailableException.class)
                    .satisfies(
                            e -> assertThat(e)
                                    .hasMessageStartingWith(
                                            "search of cms-bad-read: not sent: the circuit breaker of publication bad is open"));
            assertThat(articles.store().health().summary()).contains("kept away: publication bad (reads)");
            assertThat(articles.search("news")).isEqualTo(10);
        }
    }

    @Test
    void lets_calls_to_a_red_publication_pile_up_without_harm_to_another(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Articles.publish(cluster, "bad");
        cluster.makeRed("cms-bad-000001");
        try (Articles articles = Articles.open(
                        cluster.properties(),
                        "write-timeout",
                        "3s",
                        "max-in-flight",
                        "10",
                        "publication-share",
                        "50%");
                Readers news = new Readers(2, () -> articles.search("news"));
                Readers bad = new Readers(40, () -> {
                    articles.add("bad");
                    return 0;
                })) {
            Eventually.until(
                    "so many are under way that more are refused",
                    () -> bad.failures().stream().anyMatch(OverloadedException.class::isInstance));
            news.await(200);
            articles.add("news");
            Eventually.until(
                    "so many have failed that no more are sent",
                    () -> bad.failures().stream().anyMatch(UnavailableException.class::isInstance));
            news.await(200);

            assertThat(news.failures()).isEmpty();
            assertThat(bad.done()).isZero();
            assertThat(bad.failures().stream().filter(ElasticsearchException.class::isInstance))
                    .as("told by Elasticsearch in time, instead of an unknown outcome")
                    .isNotEmpty();
        }
    }

    @Test
    void lets_reads_pass_when_a_disk_is_full(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "full");
        Articles.publish(cluster, "news");
        cluster.floodStage("cms-full-000001");
        try (Articles articles = Articles.open(cluster.properties())) {
            for (int i = 0; i < 10; i++) {
                Throwable refused = catchThrowable(() -> articles.add("full"));
                assertThat(refused).isInstanceOfAny(ElasticsearchException.class, UnavailableException.class);
                assertThat(articles.search("full")).isEqualTo(10);
            }
            assertThatThrownBy(() -> articles.add("full")).isInstanceOf(UnavailableException.class);
            articles.add("news");
        }
        assertThat(Articles.count(cluster, "full")).isEqualTo(10);
    }

    @Test
    void fails_a_search_that_some_shards_did_not_answer_unless_told_otherwise(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Articles.publish(cluster, "bad");
        cluster.makeRed("cms-bad-000001");
        try (Articles strict = Articles.open(cluster.properties());
                Articles lax = Articles.open(cluster.properties(), "partial-results", "flag")) {
            assertThatThrownBy(() -> strict.search("*"))
                    .isInstanceOf(PartialResultsException.class)
                    .hasMessage("search of cms-*-read: partial results: 1 of 2 shards answered");
            assertThat(lax.search("*")).isEqualTo(10);
            assertThat(lax.store().health().summary()).contains("1 answers were partial");
            assertThat(strict.client()
                            .search(s -> s.index("cms-*-read").allowPartialSearchResults(true), Map.class)
                            .hits()
                            .hits())
                    .as("asked for")
                    .hasSize(10);
        }
    }
}
