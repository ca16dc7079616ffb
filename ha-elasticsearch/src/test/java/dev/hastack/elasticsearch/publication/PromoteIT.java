package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class PromoteIT {
    private static final Map<String, String> SHARED = Map.of("ha.elasticsearch.defaults.layout", "shared");

    private final ElasticsearchCluster cluster;

    PromoteIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void a_publication_moves_to_an_index_of_its_own_under_live_writes() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Instance moving = Instance.start(cluster, SHARED);
                Instance writing = Instance.start(cluster, SHARED)) {
            Publication news = moving.publication("news");
            Publication sport = moving.publication("sport");
            Publication live = writing.publication("news");
            news.provision();
            sport.provision();
            sport.index("a1", new Article("Sport", 1));
            Map<String, Article> written = new ConcurrentHashMap<>();
            for (int i = 0; i < 200; i++) {
                written.put("a" + i, new Article("Old", i));
                news.index("a" + i, new Article("Old", i));
            }
            AtomicBoolean stop = new AtomicBoolean();
            Future<Integer> writes = threads.submit(() -> write(live, written, stop));

            RebuildResult result = news.promote(progress -> {});
            stop.set(true);

            assertThat(writes.get(60, TimeUnit.SECONDS)).isPositive();
            assertThat(result.generation()).isEqualTo("cms-news-000002");
            news.refresh();
            assertThat(live.search(search -> search.size(10_000), Article.class).hits().hits().stream()
                            .collect(Collectors.toMap(hit -> String.valueOf(hit.id()), hit -> hit.source())))
                    .isEqualTo(written);
            assertThat(sport.get("a1", Article.class)).isEqualTo(Optional.of(new Article("Sport", 1)));
            cluster.request("POST", "/cms-shared-000001/_refresh", null);
            assertThat(cluster.request("GET", "/cms-shared-000001/_count", null))
                    .contains("\"count\":1,");
            assertThatThrownBy(() -> live.promote(progress -> {}))
                    .isInstanceOf(PublicationException.class)
                    .hasMessageContaining("cms-news-000002");
        } finally {
            threads.shutdownNow();
        }
    }

    private static int write(Publication live, Map<String, Article> written, AtomicBoolean stop) throws Exception {
        int writes = 0;
        while (!stop.get()) {
            String id = "a" + writes % 250;
            if (writes++ % 3 == 0) {
                written.remove(id);
                live.delete(id);
            } else {
                written.put(id, new Article("New", writes));
                live.index(id, new Article("New", writes));
                assertThat(live.get(id, Article.class)).isEqualTo(Optional.of(new Article("New", writes)));
            }
        }
        return writes;
    }
}
