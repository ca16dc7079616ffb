package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import dev.hastack.core.failure.Outcome;
import dev.hastack.elasticsearch.CannedCluster;
import dev.hastack.elasticsearch.CannedNode;
import dev.hastack.elasticsearch.ElasticsearchOutcomeUnknownException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How operations of a bulk end that are tried again. */
class IngestTest {
    private static final BulkOperation OPERATION = BulkOperation.of(
            bulk -> bulk.index(put -> put.index("cms-news-write").id("1").document(Map.of("title", "x"))));

    @Test
    void one_that_may_have_been_done_has_an_unknown_outcome_though_a_later_try_was_refused() throws Exception {
        try (CannedNode node = CannedNode.refusingAfterSilence();
                CannedCluster cluster =
                        CannedCluster.of(Map.of("writes.timeout", "1s"), node).started();
                Ingest ingest =
                        new Ingest(cluster.client(), BulkLimits.DEFAULT.withRetryFor(Duration.ofSeconds(3)), "news")) {
            CompletableFuture<Exception> failure = new CompletableFuture<>();
            ingest.add(new Ingest.Next(OPERATION, failing(failure)));

            assertThat(ingest.flush(Duration.ofSeconds(60))).isTrue();

            assertThat(failure.join())
                    .isInstanceOf(ElasticsearchOutcomeUnknownException.class)
                    .hasMessageStartingWith("it may have been done, and the answer lost (bulk: no answer from es-1")
                    .satisfies(error -> assertThat(Outcome.of(error)).isEqualTo(Outcome.UNKNOWN));
        }
    }

    private static Ingest.Sink failing(CompletableFuture<Exception> failure) {
        return new Ingest.Sink() {
            @Override
            public Ingest.@Nullable Next ended(BulkResponseItem item) {
                throw new AssertionError("it was done");
            }

            @Override
            public Ingest.@Nullable Next failed(Exception reason) {
                failure.complete(reason);
                return null;
            }
        };
    }
}
