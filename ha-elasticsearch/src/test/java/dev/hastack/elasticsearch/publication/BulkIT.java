package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class BulkIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BLOCK = "{\"index.blocks.read_only_allow_delete\": %s}";

    private final ElasticsearchCluster cluster;
    private final Instance process;
    private final Publication news;
    private final ConcurrentLinkedQueue<DeadLetter> dead = new ConcurrentLinkedQueue<>();

    BulkIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
        this.process = Instance.start(cluster);
        this.news = process.publication("news");
    }

    @BeforeEach
    void provision() throws Exception {
        news.provision();
    }

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void many_writes_are_acknowledged_and_found() throws Exception {
        List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
        try (Bulk bulk = news.bulk(dead::add)) {
            for (int i = 0; i < 12_000; i++) {
                acknowledged.add(bulk.index("a" + i, new Article("One of many", i)));
            }
            acknowledged.add(bulk.delete("a0"));
            assertThat(bulk.flush(PATIENCE)).isTrue();
            assertThat(acknowledged).allMatch(CompletableFuture::isDone);
        }
        news.refresh();

        assertThat(dead).isEmpty();
        assertThat(cluster.request("GET", "/cms-news-read/_count", null)).contains("\"count\":11999");
    }

    @Test
    void writes_of_one_id_take_effect_in_their_order() throws Exception {
        try (Bulk bulk = news.bulk(dead::add)) {
            List<CompletableFuture<Void>> before = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                before.add(i % 5 == 4 ? bulk.delete("a1") : bulk.index("a1", new Article("One", i)));
            }
            CompletableFuture<Void> last = bulk.index("a1", new Article("Last", 99));
            last.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(before).allMatch(CompletableFuture::isDone);
        }

        assertThat(news.get("a1", Article.class)).isEqualTo(Optional.of(new Article("Last", 99)));
    }

    @Test
    void what_elasticsearch_refuses_is_a_dead_letter_and_the_rest_goes_on() throws Exception {
        try (Bulk bulk = news.bulk(dead::add)) {
            CompletableFuture<Void> good = bulk.index("a1", new Article("One", 1));
            CompletableFuture<Void> bad = bulk.index("a2", Map.of("other", "x"));
            assertThat(bulk.flush(PATIENCE)).isTrue();

            assertThat(good).isCompleted();
            assertThatThrownBy(bad::join).hasMessageContaining("strict_dynamic_mapping_exception");
        }
        assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.publication()).isEqualTo("news");
            assertThat(letter.id()).isEqualTo("a2");
            assertThat(letter.document()).isEqualTo(Optional.of(Map.of("other", "x")));
            assertThat(letter.reason()).startsWith("status 400");
        });
    }

    @Test
    void what_is_rejected_with_429_is_tried_until_it_is_taken() throws Exception {
        cluster.request("PUT", "/cms-news-write/_settings", BLOCK.formatted(true));
        try (Bulk bulk = news.bulk(dead::add)) {
            CompletableFuture<Void> acknowledged = bulk.index("a1", new Article("One", 1));
            assertThat(bulk.flush(Duration.ofMillis(600))).isFalse();
            assertThat(acknowledged).isNotDone();

            cluster.request("PUT", "/cms-news-write/_settings", BLOCK.formatted("null"));
            acknowledged.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(dead).isEmpty();
        assertThat(news.get("a1", Article.class)).isPresent();
    }

    @Test
    void what_is_rejected_for_too_long_is_a_dead_letter() throws Exception {
        cluster.request("PUT", "/cms-news-write/_settings", BLOCK.formatted(true));
        BulkLimits impatient = BulkLimits.DEFAULT.withRetryFor(Duration.ofMillis(300));
        try (Bulk bulk = news.bulk(impatient, dead::add)) {
            CompletableFuture<Void> refused = bulk.index("a1", new Article("One", 1));
            assertThat(bulk.flush(PATIENCE)).isTrue();

            assertThatThrownBy(refused::join).hasMessageContaining("429");
        }
        assertThat(dead)
                .singleElement()
                .satisfies(letter -> assertThat(letter.reason()).contains("status 429", "cluster_block_exception"));
    }
}
