package dev.hastack.examples.service;

import co.elastic.clients.elasticsearch._types.query_dsl.Operator;
import co.elastic.clients.elasticsearch.core.search.Hit;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.PublicationException;
import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.HttpError;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The published articles as Elasticsearch has them, to be searched: an index for each publication. */
final class SearchIndex {

    private final Function<String, Publication> publications;
    private final Set<String> provisioned = ConcurrentHashMap.newKeySet();

    /** @param publications by id */
    SearchIndex(Function<String, Publication> publications) {
        this.publications = publications;
    }

    /**
     * Puts an article in, in place of the one of its id. The index is made where there is none.
     *
     * @throws IOException when it is not sure that this was done; doing it again is safe
     */
    void put(Article article) throws IOException, InterruptedException {
        Publication publication = publications.apply(article.publication());
        if (!provisioned.contains(publication.id())) {
            publication.provision();
            provisioned.add(publication.id());
        }
        publication.index(article.id(), article);
    }

    /**
     * The articles that have all these words in title or text, the best first.
     *
     * @throws HttpError with 404 when nothing is published
     */
    List<Article> find(String publication, String words, int limit) throws IOException {
        try {
            return publications
                    .apply(publication)
                    .search(
                            search -> search.size(limit)
                                    .query(query -> query.multiMatch(match -> match.query(words)
                                            .fields("title^2", "body")
                                            .operator(Operator.And))),
                            Article.class)
                    .hits()
                    .hits()
                    .stream()
                    .map(Hit::source)
                    .filter(Objects::nonNull)
                    .toList();
        } catch (PublicationException.NotProvisioned e) {
            throw new HttpError(404, "nothing is published in " + publication, e);
        }
    }
}
