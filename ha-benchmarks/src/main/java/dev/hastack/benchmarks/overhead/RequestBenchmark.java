package dev.hastack.benchmarks.overhead;

import co.elastic.clients.elasticsearch.core.IndexResponse;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * What ha-stack's transport adds to a request of Elasticsearch, next to elasticsearch-java's own, both over an HTTP client that
 * answers at once. The part of a method's name before the underscore says what is done, the part behind it who does it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestBenchmark {
    private static final String INDEX = "cms-news-000001";
    private static final Map<String, Object> DOCUMENT = Map.of("title", "a title of common length, some forty bytes");

    @Benchmark
    public SearchResponse<Map<?, ?>> search_ha(RequestClients.Ha ha) throws IOException {
        return search(ha);
    }

    @Benchmark
    public SearchResponse<Map<?, ?>> search_plain(RequestClients.Plain plain) throws IOException {
        return search(plain);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static SearchResponse<Map<?, ?>> search(RequestClients clients) throws IOException {
        return (SearchResponse) clients.client()
                .search(
                        search -> search.index(INDEX)
                                .query(query -> query.match(
                                        match -> match.field("title").query("length"))),
                        Map.class);
    }

    @Benchmark
    public IndexResponse index_ha(RequestClients.Ha ha) throws IOException {
        return index(ha);
    }

    @Benchmark
    public IndexResponse index_plain(RequestClients.Plain plain) throws IOException {
        return index(plain);
    }

    private static IndexResponse index(RequestClients clients) throws IOException {
        return clients.client().index(index -> index.index(INDEX).document(DOCUMENT));
    }
}
