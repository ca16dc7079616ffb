package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.elasticsearch.ElasticsearchNotWritableException;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class ProvisionIT {
    private final ElasticsearchCluster cluster;

    ProvisionIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void three_processes_that_start_at_once_make_one_index() throws Exception {
        provisionAtOnce(Map.of());

        assertThat(cluster.request("GET", "/_cat/indices/cms-*?h=index", null).lines())
                .containsExactly("cms-news-000001");
        assertThat(cluster.request("GET", "/_cat/aliases/cms-*?h=alias,is_write_index&s=alias", null)
                        .lines())
                .satisfiesExactly(
                        read -> assertThat(read).startsWith("cms-news-read").contains("false"),
                        write -> assertThat(write).startsWith("cms-news-write").contains("true"));
    }

    @Test
    void three_processes_that_start_at_once_take_one_share() throws Exception {
        provisionAtOnce(Map.of("ha.elasticsearch.publications.news.layout", "shared"));

        assertThat(cluster.request("GET", "/_cat/indices/cms-*?h=index&s=index", null)
                        .lines())
                .containsExactly("cms-rebuilds", "cms-shared-000001");
        assertThat(cluster.request("GET", "/_cat/aliases/cms-*?h=alias&s=alias", null)
                        .lines())
                .containsExactly("cms-news-000001", "cms-news-read", "cms-news-write");
    }

    private void provisionAtOnce(Map<String, String> settings) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        CyclicBarrier start = new CyclicBarrier(3);
        List<Instance> processes = new ArrayList<>();
        List<Future<?>> provisioned = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Instance process = Instance.start(cluster, settings);
                processes.add(process);
                provisioned.add(threads.submit(() -> {
                    start.await(60, TimeUnit.SECONDS);
                    process.publication("news").provision();
                    return null;
                }));
            }
            for (Future<?> one : provisioned) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            processes.forEach(Instance::close);
            threads.shutdownNow();
        }
    }

    @Test
    void all_differences_are_reported_at_once() throws Exception {
        cluster.request("PUT", "/cms-news-000001", """
                {"settings": {"number_of_shards": 2, "number_of_replicas": 0, "refresh_interval": "1s"},
                 "mappings": {"dynamic": "strict", "properties": {"title": {"type": "keyword"}, "more": {"type": "date"}}},
                 "aliases": {"cms-news-read": {}}}""");
        try (Instance process = Instance.start(cluster)) {
            assertThatThrownBy(() -> process.publication("news").provision())
                    .isInstanceOfSatisfying(
                            PublicationException.Invalid.class,
                            e -> assertThat(e.differences())
                                    .containsExactlyInAnyOrder(
                                            "aliases: expected cms-news-write at cms-news-000001 alone, where cms-news-read is",
                                            "mapping.properties.title.type: expected text, found keyword",
                                            "mapping.properties.title.fields.raw: expected a field of type keyword, found none",
                                            "mapping.properties.revision: expected a field of type integer, found none",
                                            "settings.index.number_of_shards: expected 1, found 2"));
        }
    }

    @Test
    void a_closed_index_is_said_to_be_so() throws Exception {
        try (Instance process = Instance.start(cluster)) {
            Publication news = process.publication("news");
            news.provision();
            assertThat(news.health().closed()).isFalse();
            cluster.request("POST", "/cms-news-000001/_close", null);

            assertThat(news.health().closed()).isTrue();
            assertThat(news.health().status()).isEqualTo(PublicationHealth.Status.RED);
            assertThatThrownBy(news::provision)
                    .isInstanceOf(PublicationException.Invalid.class)
                    .hasMessageContaining("found it closed")
                    .hasMessageContaining("POST /cms-news-000001/_open");

            cluster.request("POST", "/cms-news-000001/_open", null);
            news.provision();
        }
    }

    @Test
    void what_it_has_made_itself_is_as_it_wants_it() throws Exception {
        Map<String, String> settings = Map.of(
                "ha.elasticsearch.publications.news.settings",
                "{\"index\": {\"max_result_window\": 20000, \"mapping.total_fields.limit\": 300}, \"refresh_interval\": \"9s\"}",
                "ha.elasticsearch.publications.news.refresh-interval",
                "1500ms");
        try (Instance process = Instance.start(cluster, settings)) {
            process.publication("news").provision();
            process.publication("news").provision();
        }
        assertThat(cluster.request("GET", "/cms-news-read/_settings?flat_settings=true", null))
                .contains("\"index.max_result_window\":\"20000\"", "\"index.refresh_interval\":\"1500ms\"");
    }

    @Test
    void a_stack_that_may_only_read_makes_nothing_and_writes_nothing() throws Exception {
        try (Instance delivery = Instance.start(cluster, Map.of("ha.elasticsearch.writable", "false"))) {
            Publication news = delivery.publication("news");
            assertThatThrownBy(news::provision)
                    .isInstanceOf(PublicationException.NotProvisioned.class)
                    .hasMessageContaining("cms-news-read");
            assertThatThrownBy(() -> news.index("1", new Article("One", 1)))
                    .isInstanceOf(ElasticsearchNotWritableException.class)
                    .hasMessageContaining("ha.elasticsearch.writable=false");
            assertThatThrownBy(() -> news.delete("1")).isInstanceOf(ElasticsearchNotWritableException.class);
            assertThatThrownBy(() -> news.bulk(letter -> {})).isInstanceOf(ElasticsearchNotWritableException.class);
            assertThatThrownBy(news::rollback).isInstanceOf(ElasticsearchNotWritableException.class);
            assertThat(cluster.request("GET", "/_cat/indices/cms-*?h=index", null))
                    .isBlank();

            try (Instance editing = Instance.start(cluster)) {
                editing.publication("news").provision();
                editing.publication("news").index("1", new Article("One", 1));
            }
            news.provision();
            assertThat(news.get("1", Article.class)).isEqualTo(Optional.of(new Article("One", 1)));
        }
    }

    @Test
    void a_publication_that_is_not_there_is_said_to_be_so() {
        try (Instance process = Instance.start(cluster)) {
            Publication news = process.publication("news");
            assertThatThrownBy(() -> news.index("1", new Article("One", 1)))
                    .isInstanceOf(PublicationException.NotProvisioned.class);
            assertThatThrownBy(() -> news.delete("1")).isInstanceOf(PublicationException.NotProvisioned.class);
            assertThatThrownBy(() -> news.get("1", Article.class))
                    .isInstanceOf(PublicationException.NotProvisioned.class);
            assertThatThrownBy(() -> news.search(search -> search, Article.class))
                    .isInstanceOf(PublicationException.NotProvisioned.class);
            assertThatThrownBy(news::health).isInstanceOf(PublicationException.NotProvisioned.class);
            assertThat(cluster.request("GET", "/_cat/indices/cms-*?h=index", null))
                    .isBlank();
        }
    }
}
