package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch.core.IndexRequest;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportOptions;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.elasticsearch.Eventually;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A live write whose thread is interrupted when the present generation has it, and the one that is being filled has not. */
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class InterruptedWriteIT {

    @Test
    void has_an_unknown_outcome_and_calls_the_rebuild_off_that_would_lose_it(ElasticsearchCluster cluster)
            throws Exception {
        try (Instance process = Instance.start(cluster)) {
            Publication news = process.publication("news");
            news.provision();
            Publication live = new Publications(
                            new ElasticsearchClient(
                                    new InterruptedCopy(process.client()._transport())),
                            StackConfig.of(Instance.settings(cluster, Map.of()))
                                    .elasticsearch()
                                    .orElseThrow(),
                            true,
                            Instance.QUICK)
                    .publication("news");

            assertThatThrownBy(() -> news.rebuild(Rebuild.of(
                            () -> Stream.of("a1").peek(read -> {
                                assertThatThrownBy(() -> live.index("a9", new Article("New", 1)))
                                        .satisfies(error ->
                                                assertThat(Outcome.of(error)).isEqualTo(Outcome.UNKNOWN));
                                assertThat(Thread.interrupted())
                                        .as("the interrupt flag is set")
                                        .isTrue();
                                Eventually.until(
                                        "it is called off",
                                        () -> !aliases(cluster).contains("-next"));
                            }),
                            row -> row,
                            row -> new Article(row, 0))))
                    .isInstanceOf(PublicationException.RebuildFailed.class)
                    .satisfies(error -> assertThat(Outcome.of(error)).isEqualTo(Outcome.NOT_DONE));

            assertThat(news.get("a9", Article.class)).contains(new Article("New", 1));
        }
    }

    private static String aliases(ElasticsearchCluster cluster) {
        return cluster.request("GET", "/_cat/aliases/cms-news*?h=alias", null);
    }

    /** Interrupts the thread that is about to write to a generation that is being filled. */
    private record InterruptedCopy(ElasticsearchTransport transport) implements ElasticsearchTransport {
        @Override
        public <Q, R, E> R performRequest(Q request, Endpoint<Q, R, E> endpoint, @Nullable TransportOptions options)
                throws IOException {
            if (request instanceof IndexRequest<?> index && index.index().endsWith("-next")) {
                Thread.currentThread().interrupt();
            }
            return transport.performRequest(request, endpoint, options);
        }

        @Override
        public <Q, R, E> CompletableFuture<R> performRequestAsync(
                Q request, Endpoint<Q, R, E> endpoint, @Nullable TransportOptions options) {
            return transport.performRequestAsync(request, endpoint, options);
        }

        @Override
        public JsonpMapper jsonpMapper() {
            return transport.jsonpMapper();
        }

        @Override
        public TransportOptions options() {
            return transport.options();
        }

        /** Closes nothing: the transport is the stack's. */
        @Override
        public void close() {}
    }
}
