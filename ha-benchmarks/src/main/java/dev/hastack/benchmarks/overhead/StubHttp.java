package dev.hastack.benchmarks.overhead;

import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.util.BinaryData;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Answers every request at once, on the caller's thread, as Elasticsearch answers searches and writes. */
final class StubHttp implements TransportHttpClient {
    private static final String TYPE = "application/vnd.elasticsearch+json;compatible-with=8";
    private static final StubResponse FOUND = new StubResponse(200, """
            {"took": 1, "timed_out": false, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
             "hits": {"total": {"value": 1, "relation": "eq"}, "max_score": 1.0,
                      "hits": [{"_index": "cms-news-000001", "_id": "1", "_score": 1.0,
                                "_source": {"title": "a title of common length, some forty bytes"}}]}}
            """);
    private static final StubResponse STORED = new StubResponse(201, """
            {"_index": "cms-news-000001", "_id": "1", "_version": 1, "result": "created",
             "_shards": {"total": 2, "successful": 2, "failed": 0}, "_seq_no": 0, "_primary_term": 1}
            """);

    @Override
    public Response performRequest(String endpoint, @Nullable Node node, Request request, TransportOptions options) {
        return endpoint.equals("es/search") ? FOUND : STORED;
    }

    @Override
    public CompletableFuture<Response> performRequestAsync(
            String endpoint, @Nullable Node node, Request request, TransportOptions options) {
        return CompletableFuture.completedFuture(performRequest(endpoint, node, request, options));
    }

    @Override
    public void close() {}

    /** The same for every caller: a body can be read again and again. */
    private record StubResponse(int statusCode, BinaryData body) implements Response {

        StubResponse(int statusCode, String json) {
            this(statusCode, BinaryData.of(json.getBytes(StandardCharsets.UTF_8), TYPE));
        }

        @Override
        public @Nullable Node node() {
            return null;
        }

        @Override
        public @Nullable String header(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "x-elastic-product" -> "Elasticsearch";
                case "content-type" -> TYPE;
                default -> null;
            };
        }

        @Override
        public List<String> headers(String name) {
            String value = header(name);
            return value == null ? List.of() : List.of(value);
        }

        @Override
        public @Nullable Object originalResponse() {
            return null;
        }

        @Override
        public void close() {}
    }
}
