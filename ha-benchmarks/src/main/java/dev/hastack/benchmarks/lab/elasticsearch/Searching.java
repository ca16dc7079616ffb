package dev.hastack.benchmarks.lab.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import java.io.IOException;

/** Elasticsearch's own API, whoever stands behind it. Thread-safe. */
public record Searching(ElasticsearchClient client, Runnable closing) {

    /** Fails also if it does not bring all that it should. */
    void search(Publication publication, long id) throws IOException {
        SearchResponse<Article> found = client.search(
                search -> search.index(publication.index())
                        .query(query -> query.match(match -> match.field("text").query(Article.word(id)))),
                Article.class);
        if (found.timedOut()
                || found.shards().failed().intValue() > 0
                || found.hits().hits().isEmpty()) {
            throw new IOException("an incomplete answer: " + found);
        }
    }

    /** With no id of the document's own, as one writes what has none: sent twice, it is there twice. */
    void write(Publication publication, long id) throws IOException {
        client.index(index -> index.index(publication.index()).document(Article.of(id)));
    }

    void close() {
        closing.run();
    }
}
