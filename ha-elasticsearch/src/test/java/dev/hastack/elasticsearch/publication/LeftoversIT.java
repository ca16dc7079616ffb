package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.elasticsearch.Eventually;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.HaStackExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a rebuild cannot remove when it has made its generation the present one. */
@Tag("slow")
class LeftoversIT {
    private static final Path SNAPSHOTS = folder();

    @RegisterExtension
    static final HaStackExtension SERVERS =
            HaStackExtension.of(ElasticsearchCluster.builder().node("es-1").setting("path.repo", SNAPSHOTS.toString()));

    private final ElasticsearchCluster cluster = SERVERS.elasticsearch();

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("snapshots");
            // The servers may run as another user.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_rebuild_succeeds_while_a_snapshot_of_the_old_index_runs_which_is_removed_later() throws Exception {
        cluster.request(
                "PUT",
                "/_snapshot/slow",
                "{\"type\":\"fs\",\"settings\":{\"location\":\"" + SNAPSHOTS.resolve("slow")
                        + "\",\"max_snapshot_bytes_per_sec\":\"20kb\"}}");
        try (Instance process = Instance.start(cluster, Map.of("ha.elasticsearch.defaults.keep", "0"))) {
            Publication news = process.publication("news");
            news.provision();
            fill(news);

            RebuildResult result = news.rebuild(Rebuild.of(() -> Stream.of("a1"), id -> id, id -> new Article("New", 1))
                    .withListener(progress -> {
                        if (progress.phase() == RebuildProgress.Phase.DONE) {
                            cluster.request("PUT", "/_snapshot/slow/one", "{\"indices\":\"cms-news-000001\"}");
                        }
                    }));

            assertThat(result.generation()).isEqualTo("cms-news-000002");
            assertThat(result.leftovers()).containsExactly("cms-news-000001");
            assertThat(indices()).contains("cms-news-000001");
            assertThat(news.get("a1", Article.class)).contains(new Article("New", 1));

            cluster.request("DELETE", "/_snapshot/slow/one", null);
            Eventually.until("the old index is gone", () -> !indices().contains("cms-news-000001"));
        } finally {
            cluster.request("DELETE", "/_snapshot/slow", null);
        }
    }

    /** So much that a slow snapshot of it does not end meanwhile. */
    private static void fill(Publication news) throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            news.index(
                    "b" + i,
                    new Article(random.ints(2000).mapToObj(Integer::toHexString).collect(Collectors.joining(" ")), i));
        }
        news.refresh();
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void a_rebuild_succeeds_where_the_generation_before_it_cannot_be_removed(String layout) throws Exception {
        Map<String, String> settings =
                Map.of("ha.elasticsearch.defaults.keep", "0", "ha.elasticsearch.defaults.layout", layout);
        String old = layout.equals("own") ? "cms-news-000001" : "cms-shared-000001";
        RebuildResult result;
        try (Instance process = Instance.start(cluster, settings)) {
            Publication news = process.publication("news");
            news.provision();
            news.index("a1", new Article("Old", 0));
            result = news.rebuild(Rebuild.of(() -> Stream.of("a1"), id -> id, id -> new Article("New", 1))
                    .withListener(progress -> {
                        if (progress.phase() == RebuildProgress.Phase.DONE) {
                            block(old, true);
                        }
                    }));
            assertThat(news.get("a1", Article.class)).contains(new Article("New", 1));
        }
        assertThat(result.leftovers()).containsExactly("cms-news-000001");
        assertThat(aliases()).contains("cms-news-000001-kept");

        block(old, false);
        try (Instance next = Instance.start(cluster, settings)) {
            next.publication("news").provision();
            Eventually.until(
                    "the process that starts has removed it", () -> !aliases().contains("cms-news-000001-kept"));
            assertThat(next.publication("news").get("a1", Article.class)).contains(new Article("New", 1));
        }
    }

    @Test
    void a_listener_that_fails_when_all_is_done_fails_no_rebuild() throws Exception {
        try (Instance process = Instance.start(cluster)) {
            Publication news = process.publication("news");
            news.provision();

            RebuildResult result = news.rebuild(Rebuild.of(() -> Stream.of("a1"), id -> id, id -> new Article("New", 1))
                    .withListener(progress -> {
                        if (progress.phase() == RebuildProgress.Phase.DONE) {
                            throw new IllegalStateException("of the program");
                        }
                    }));

            assertThat(result.generation()).isEqualTo("cms-news-000002");
            assertThat(news.get("a1", Article.class)).contains(new Article("New", 1));
        }
    }

    private void block(String index, boolean on) {
        cluster.request("PUT", "/" + index + "/_settings", "{\"index.blocks.read_only\": " + on + "}");
    }

    private String indices() {
        return cluster.request("GET", "/_cat/indices/cms-news*?h=index", null);
    }

    private String aliases() {
        return cluster.request("GET", "/_cat/aliases/cms-news*?h=alias", null);
    }
}
