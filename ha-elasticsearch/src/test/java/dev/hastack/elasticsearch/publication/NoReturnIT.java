package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.hastack.core.config.StackConfig;
import dev.hastack.elasticsearch.publication.SpoiledAnswer.How;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Once users see another generation, nothing that fails can undo it: it is reported as what it is, done. */
@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class NoReturnIT {
    private static final Article OLD = new Article("Old", 0);
    private static final Article NEW = new Article("New", 1);

    private final ElasticsearchCluster cluster;

    NoReturnIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    private static Map<String, String> layout(String layout) {
        return Map.of("ha.elasticsearch.defaults.layout", layout);
    }

    private Publications spoiled(Map<String, String> settings, SpoiledAnswer answer) {
        return new Publications(
                new ElasticsearchClient(answer),
                StackConfig.of(Instance.settings(cluster, settings))
                        .elasticsearch()
                        .orElseThrow(),
                true,
                Instance.QUICK);
    }

    private static SpoiledAnswer answer(Instance process, How how) {
        return new SpoiledAnswer(process.client()._transport(), "cms-news-read", how);
    }

    private static Rebuild<String> rebuild() {
        return Rebuild.of(() -> Stream.of("a1"), id -> id, id -> NEW);
    }

    /** Which was what the test made of it; it is cleared, so that the test can go on. */
    private static void assertInterrupted(How how) {
        assertThat(Thread.interrupted()).as("the thread is still interrupted").isEqualTo(how.interrupts());
    }

    private static void assertHolds(Publication news, Article content) throws IOException {
        assertThat(news.get("a1", Article.class)).contains(content);
    }

    @ParameterizedTest
    @CsvSource({
        "own,UNCONFIRMED",
        "own,LOST",
        "own,INTERRUPTED",
        "own,INTERRUPTED_AFTERWARDS",
        "shared,UNCONFIRMED",
        "shared,LOST",
        "shared,INTERRUPTED",
        "shared,INTERRUPTED_AFTERWARDS"
    })
    void a_rebuild_whose_generation_is_the_present_one_has_succeeded(String layout, How how) throws Exception {
        try (Instance process = Instance.start(cluster, layout(layout))) {
            Publication news = process.publication("news");
            news.provision();
            news.index("a1", OLD);
            SpoiledAnswer answer = answer(process, how);

            RebuildResult result =
                    spoiled(layout(layout), answer).publication("news").rebuild(rebuild());

            assertInterrupted(how);
            assertNobodyHasTheClaim();
            assertThat(answer.spoiled()).isTrue();
            assertThat(result.generation()).isEqualTo("cms-news-000002");
            assertThat(result.copied()).isEqualTo(1);
            assertHolds(news, NEW);
            assertThat(aliases()).as("with the mark of the swap").contains("-swap");
            news.rebuild(rebuild());
            assertThat(aliases()).doesNotContain("-swap");
            assertHolds(news, NEW);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_publication_that_is_in_an_index_of_its_own_has_moved_there(How how) throws Exception {
        try (Instance process = Instance.start(cluster, layout("shared"))) {
            Publication news = process.publication("news");
            news.provision();
            news.index("a1", OLD);
            SpoiledAnswer answer = answer(process, how);

            RebuildResult result =
                    spoiled(layout("shared"), answer).publication("news").promote(progress -> {});

            assertInterrupted(how);
            assertThat(answer.spoiled()).isTrue();
            assertThat(result.generation()).isEqualTo("cms-news-000002");
            assertHolds(news, OLD);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "own,UNCONFIRMED",
        "own,LOST",
        "own,INTERRUPTED",
        "own,INTERRUPTED_AFTERWARDS",
        "shared,UNCONFIRMED",
        "shared,LOST",
        "shared,INTERRUPTED",
        "shared,INTERRUPTED_AFTERWARDS"
    })
    void a_rollback_that_users_see_has_succeeded(String layout, How how) throws Exception {
        try (Instance process = Instance.start(cluster, layout(layout))) {
            Publication news = process.publication("news");
            news.provision();
            news.index("a1", OLD);
            news.rebuild(rebuild());
            SpoiledAnswer answer = answer(process, how);

            spoiled(layout(layout), answer).publication("news").rollback();

            assertInterrupted(how);
            assertNobodyHasTheClaim();
            assertThat(answer.spoiled()).isTrue();
            assertHolds(news, OLD);
            news.rollback();
            assertHolds(news, NEW);
        }
    }

    @ParameterizedTest
    @CsvSource({"own,UNCONFIRMED", "own,LOST", "shared,UNCONFIRMED", "shared,LOST"})
    void a_publication_that_is_there_has_been_provisioned(String layout, How how) throws Exception {
        try (Instance process = Instance.start(cluster, layout(layout))) {
            SpoiledAnswer answer = answer(process, how);
            Publication news = spoiled(layout(layout), answer).publication("news");

            news.provision();

            assertThat(answer.spoiled()).isTrue();
            news.index("a1", OLD);
            assertHolds(news, OLD);
        }
    }

    /** An owner whose last sign of life it waits out would keep the next one for seconds. */
    private void assertNobodyHasTheClaim() {
        assertThat(cluster.request("GET", "/cms-rebuilds/_source/news", null)).contains("\"token\":\"\"");
    }

    private String aliases() {
        return cluster.request("GET", "/_cat/aliases/cms-news*?h=alias", null);
    }
}
