package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.elasticsearch.publication.Bulk;
import dev.hastack.elasticsearch.publication.BulkLimits;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.Rebuild;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What goes on in a stack that is closed ends with it. */
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class CloseIT {
    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void a_bulk_tells_whoever_waits_for_it(ElasticsearchCluster cluster) throws Exception {
        try (Articles articles = Articles.open(cluster.properties())) {
            Publication news = articles.store().publication("news");
            news.provision();
            // Sent when it is asked for, and tried for long.
            Bulk bulk = news.bulk(new BulkLimits(1000, 5 << 20, 1, LONG, 1000, LONG), letter -> {});
            CompletableFuture<Void> written = bulk.index("1", Map.of("title", "x"));

            boolean unused = articles.stack().close(Duration.ofSeconds(1));

            assertThat(bulk.flush(Duration.ofSeconds(60))).isTrue();
            assertThatThrownBy(() -> written.get(60, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(ElasticsearchClosedException.class);
        }
    }

    @Test
    void the_claim_of_a_rebuild_is_let_go_of_though_the_programs_code_never_returns(ElasticsearchCluster cluster)
            throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch copying = new CountDownLatch(1);
        try (Articles articles = Articles.open(cluster.properties())) {
            Publication news = articles.store().publication("news");
            news.provision();
            Thread rebuilding = new Thread(() -> {
                try {
                    news.rebuild(Rebuild.of(() -> Stream.of(Map.of("title", "x")), article -> {
                        copying.countDown();
                        awaitQuietly(never);
                        return "1";
                    }));
                } catch (Exception e) {
                    // It was called off.
                }
            });
            rebuilding.start();
            assertThat(copying.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(claims()).isPositive();

            boolean unused = articles.stack().close(Duration.ofSeconds(1));

            Eventually.until("nobody renews the claim", () -> claims() == 0);
        } finally {
            never.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long claims() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ha-rebuild-claim-news"))
                .count();
    }
}
