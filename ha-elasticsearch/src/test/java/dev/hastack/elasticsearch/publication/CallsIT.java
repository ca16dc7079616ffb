package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch._types.Result;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program does with a publication is the same in both layouts. */
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class CallsIT {
    private final ElasticsearchCluster cluster;
    private Instance process;

    CallsIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
        this.process = Instance.start(cluster);
    }

    @AfterEach
    void close() {
        process.close();
    }

    private Publication provisioned(String id, String layout) throws Exception {
        process.close();
        process = Instance.start(cluster, Map.of("ha.elasticsearch.defaults.layout", layout));
        Publication publication = process.publication(id);
        publication.provision();
        return publication;
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void what_is_written_is_got_found_replaced_and_deleted(String layout) throws Exception {
        Publication news = provisioned("news", layout);

        assertThat(news.index("a/1", new Article("First of all", 1)).result()).isEqualTo(Result.Created);
        assertThat(news.index("a/1", new Article("First of all", 2)).result()).isEqualTo(Result.Updated);
        news.index("2", new Article("Second", 1));
        news.refresh();

        assertThat(news.get("a/1", Article.class)).isEqualTo(Optional.of(new Article("First of all", 2)));
        assertThat(news.get("3", Article.class)).isEmpty();
        SearchResponse<Article> found = news.search(
                search -> search.query(query ->
                                query.match(match -> match.field("title").query("first")))
                        .aggregations("revisions", all -> all.max(max -> max.field("revision"))),
                Article.class);
        assertThat(found.hits().hits())
                .singleElement()
                .satisfies(
                        hit -> assertThat(hit.id()).isEqualTo("a/1"),
                        hit -> assertThat(hit.source()).isEqualTo(new Article("First of all", 2)));
        assertThat(Objects.requireNonNull(found.aggregations().get("revisions"))
                        .max()
                        .value())
                .isEqualTo(2.0);

        assertThat(news.delete("a/1").result()).isEqualTo(Result.Deleted);
        assertThat(news.delete("a/1").result()).isEqualTo(Result.NotFound);
        assertThat(news.get("a/1", Article.class)).isEmpty();
        assertThat(news.health().status()).isEqualTo(PublicationHealth.Status.GREEN);
    }

    @Test
    void publications_that_share_an_index_see_nothing_of_each_other() throws Exception {
        Publication news = provisioned("news", "shared");
        Publication sport = process.publication("sport");
        sport.provision();

        news.index("1", new Article("News", 1));
        sport.index("1", new Article("Sport", 1));
        news.refresh();
        sport.delete("1");
        sport.refresh();

        assertThat(news.get("1", Article.class)).isEqualTo(Optional.of(new Article("News", 1)));
        assertThat(sport.get("1", Article.class)).isEmpty();
        assertThat(sport.search(search -> search, Article.class).hits().hits()).isEmpty();
        assertThat(news.search(search -> search, Article.class).hits().hits())
                .singleElement()
                .satisfies(hit -> assertThat(hit.id()).isEqualTo("1"));
        assertThat(cluster.request("GET", "/_cat/indices/cms-*?h=index&s=index", null)
                        .lines())
                .containsExactly("cms-rebuilds", "cms-shared-000001");
    }

    @Test
    void a_search_that_names_an_index_of_its_own_is_refused() throws Exception {
        Publication news = provisioned("news", "own");

        assertThatThrownBy(() -> news.search(search -> search.index("cms-sport-read"), Article.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cms-sport-read");
    }
}
