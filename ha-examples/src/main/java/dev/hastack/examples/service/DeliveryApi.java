package dev.hastack.examples.service;

import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * What a delivery server does.
 *
 * <pre>
 * GET /{p}/{slug}                the published article that this route leads to
 * GET /publications/{p}/search   id, title and route of the articles that have the words ?q=WORDS, the best first; &limit=N
 * </pre>
 *
 * and what {@link ReadingApi} says, of what is published.
 */
final class DeliveryApi implements Handler {

    private static final int FOUND = 10;

    private final Routes routes;
    private final SearchIndex search;
    private final ReadingApi readingApi;

    /** Resolves by these routes, and searches here. */
    DeliveryApi(Routes routes, SearchIndex search, Reading reading) {
        this.routes = routes;
        this.search = search;
        this.readingApi = new ReadingApi(ArticleTable.published(), reading);
    }

    @Override
    public Response handle(Request request) throws SQLException, IOException {
        List<String> path = request.path();
        if (path.size() == 3
                && request.method().equals("GET")
                && path.get(0).equals("publications")
                && path.get(2).equals("search")) {
            return search(path.get(1), request);
        }
        if (path.size() != 2 || !request.method().equals("GET")) {
            return readingApi.handle(request);
        }
        String id = routes.find(path.get(0), path.get(1))
                .orElseThrow(() -> new HttpError(404, "no route " + request.address() + " is known here"));
        return readingApi.read(path.get(0), id);
    }

    private Response search(String publication, Request request) throws IOException {
        String words = request.parameter("q")
                .filter(q -> !q.isBlank())
                .orElseThrow(() -> new HttpError(400, "what to search for is missing: ?q=WORDS"));
        int limit = request.parameter("limit").map(ReadingApi::limit).orElse(FOUND);
        List<Map<String, String>> found = search.find(publication, words, limit).stream()
                .map(article -> Map.of("id", article.id(), "title", article.title(), "route", article.route()))
                .toList();
        return Response.json(200, Map.of("publication", publication, "found", found));
    }
}
