package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class PublicationFaultsIT {

    @Test
    void visits_two_nodes_at_most_for_a_search_of_a_red_publication_and_then_none(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Articles.publish(cluster, "bad");
        cluster.makeRed("cms-bad-000001");
        // Nobody else is asked for being slow.
        try (Articles articles = Articles.open(cluster.properties(), "reads.reroute-after", "4s")) {
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
                    .isInstanceOf(ElasticsearchUnavailableException.class)
                    .satisfies(
                            e -> assertThat(e)
                                    .hasMessageStartingWith(
                                            "search of cms-bad-read: not sent: the circuit breaker of publication bad is open"));
            assertThat(articles.store().health().note(HealthCode.PUBLICATION_BREAKER_OPEN))
                    .hasValueSatisfying(
                            note -> assertThat(note.text()).startsWith("Reads of publication bad are kept away"));
            assertThat(articles.search("news")).isEqualTo(10);
        }
    }

    /** The searches of one publication are too many, or too much, for what stands before the servers. */
    @ParameterizedTest
    @ValueSource(ints = {429, 502})
    void keeps_a_publication_away_whose_searches_a_proxy_refuses_and_no_other(int status, ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Articles.publish(cluster, "bad");
        try (Balancer.All proxies = Balancer.before(cluster.properties());
                Articles articles = Articles.open(proxies.properties())) {
            proxies.refuse("/cms-bad-read/", status, "text/html", "<h1>Sorry</h1>");
            List<Throwable> failures = IntStream.range(0, 12)
                    .mapToObj(i -> catchThrowable(
                            () -> TimeLimit.within(Duration.ofMillis(500), () -> articles.search("bad"))))
                    .toList();

            assertThat(articles.search("news")).isEqualTo(10);
            articles.store().publication("news").index("p", Map.of("title", "x"));
            assertThat(failures)
                    .last()
                    .isInstanceOf(ElasticsearchUnavailableException.class)
                    .satisfies(
                            e -> assertThat(e).hasMessageContaining("the circuit breaker of publication bad is open"));
            assertThat(articles.store().health().note(HealthCode.PUBLICATION_BREAKER_OPEN))
                    .isPresent();
            assertThat(articles.store().health().note(HealthCode.CLUSTER_BREAKER_OPEN))
                    .isEmpty();
        }
    }

    /** What takes longer than they wait is a slow network, or a long search, for which others have the time. */
    @Tag("slow")
    @Test
    void lets_patient_callers_pass_where_impatient_ones_cancel_their_requests(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        try (FarNodes far = FarNodes.behind(cluster.properties(), Duration.ofMillis(200));
                Articles articles = Articles.open(far.properties(), "connect-timeout", "30s", "reads.timeout", "60s")) {
            ElasticsearchAsyncClient async =
                    new ElasticsearchAsyncClient(articles.client()._transport());
            try (Readers patient = new Readers(1, () -> articles.search("news"));
                    Readers impatient = new Readers(3, () -> {
                        Future<?> search = async.search(s -> s.index("cms-news-read"), Map.class);
                        try {
                            return search.get(300, TimeUnit.MILLISECONDS);
                        } finally {
                            search.cancel(true);
                        }
                    });
                    Readers limited = new Readers(
                            1, () -> TimeLimit.within(Duration.ofMillis(300), () -> articles.search("news")))) {
                Eventually.until(
                        "many have been cancelled",
                        () -> impatient.failures().size() >= 40
                                && limited.failures().size() >= 10);
                patient.await(10);

                assertThat(patient.failures()).isEmpty();
                assertThat(impatient.failures()).hasOnlyElementsOfType(TimeoutException.class);
            }
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
                        "writes.timeout",
                        "3s",
                        "max-in-flight",
                        "10",
                        "publication-share",
                        "50%");
                Readers news = new Readers(2, () -> articles.search("news"));
                Readers bad = new Readers(60, () -> {
                    articles.add("bad");
                    return 0;
                })) {
            Eventually.until(
                    "so many are under way that more are refused",
                    () -> bad.failures().stream().anyMatch(ElasticsearchOverloadedException.class::isInstance));
            news.await(200);
            articles.add("news");
            Eventually.until(
                    "so many have failed that no more are sent",
                    () -> bad.failures().stream().anyMatch(ElasticsearchUnavailableException.class::isInstance));
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
                assertThat(refused)
                        .isInstanceOfAny(ElasticsearchException.class, ElasticsearchUnavailableException.class);
                assertThat(articles.search("full")).isEqualTo(10);
            }
            assertThatThrownBy(() -> articles.add("full")).isInstanceOf(ElasticsearchUnavailableException.class);
            articles.add("news");
        }
        assertThat(Articles.count(cluster, "full")).isEqualTo(10);
    }

    @Test
    void says_when_a_breaker_is_tried_again_and_a_few_requests_after_that_close_it(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "mended");
        cluster.floodStage("cms-mended-000001");
        try (Articles articles = Articles.open(cluster.properties())) {
            Eventually.until(
                    "no more writes are sent",
                    () -> catchThrowable(() -> articles.add("mended")) instanceof ElasticsearchUnavailableException);
            assertThat(articles.store().health().describe())
                    .containsPattern("Writes of publication mended are kept away, and tried again in \\d+ ms: ");

            cluster.heal();
            Eventually.until(
                    "its time is over, whoever asks",
                    () -> articles.store()
                            .health()
                            .note(HealthCode.PUBLICATION_BREAKER_OPEN)
                            .isEmpty());
            for (int i = 0; i < 5; i++) {
                articles.add("mended");
            }
            assertThat(articles.store().health().notes()).isEmpty();
        }
        assertThat(Articles.count(cluster, "mended")).isEqualTo(15);
    }

    @Test
    void fails_a_search_that_some_shards_did_not_answer_unless_told_otherwise(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Articles.publish(cluster, "bad");
        cluster.makeRed("cms-bad-000001");
        try (Articles strict = Articles.open(cluster.properties());
                Articles lax = Articles.open(cluster.properties(), "reads.partial-results", "flag")) {
            assertThatThrownBy(() -> strict.search("*"))
                    .isInstanceOf(ElasticsearchPartialResultsException.class)
                    .hasMessage("search of cms-*-read: partial results: 1 of 2 shards answered");
            assertThat(lax.search("*")).isEqualTo(10);
            assertThat(lax.store().health().note(HealthCode.PARTIAL_RESULTS))
                    .map(HealthNote::text)
                    .contains("1 answer was partial since the stack was opened.");
            assertThat(strict.client()
                            .search(s -> s.index("cms-*-read").allowPartialSearchResults(true), Map.class)
                            .hits()
                            .hits())
                    .as("asked for")
                    .hasSize(10);
        }
    }
}
