package dev.hastack.examples.service;

import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Reads of articles by their ids.
 *
 * <pre>
 * GET /publications                    the publications that have an article
 * GET /publications/{p}/articles       id and title; ?after=ID&limit=N, by default the first 50
 * GET /publications/{p}/articles/{id}  one article
 * </pre>
 */
final class ReadingApi implements Handler {

    private static final int MAX_LIMIT = 500;

    private final ArticleTable articles;
    private final Reading reading;

    /** Reads these articles. */
    ReadingApi(ArticleTable articles, Reading reading) {
        this.articles = articles;
        this.reading = reading;
    }

    @Override
    public Response handle(Request request) throws SQLException {
        List<String> path = request.path();
        boolean known = !path.isEmpty()
                && path.size() <= 4
                && path.get(0).equals("publications")
                && (path.size() < 3 || path.get(2).equals("articles"))
                && path.size() != 2;
        if (!known) {
            throw new HttpError(404, "there is nothing at " + request.method() + " " + request.address());
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            throw new HttpError(405, request.method() + " is not for " + request.address() + " of this server");
        }
        return switch (path.size()) {
            case 1 -> Response.json(200, Map.of("publications", reading.read(articles::publications)));
            case 3 -> list(path.get(1), request);
            default -> read(path.get(1), path.get(3));
        };
    }

    Response read(String publication, String id) throws SQLException {
        return reading.read(connection -> articles.read(connection, publication, id))
                .map(article -> Response.json(200, article))
                .orElseThrow(() -> new HttpError(404, "there is no article " + id + " in publication " + publication));
    }

    private Response list(String publication, Request request) throws SQLException {
        String after = request.parameter("after").orElse("");
        int limit = request.parameter("limit").map(ReadingApi::limit).orElse(50);
        Map<String, String> titles = reading.read(c -> articles.titles(c, publication, after, limit));
        List<Map<String, String>> entries = titles.entrySet().stream()
                .map(entry -> Map.of("id", entry.getKey(), "title", entry.getValue()))
                .toList();
        return Response.json(200, Map.of("publication", publication, "articles", entries));
    }

    static int limit(String value) {
        try {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // the same answer as to a number out of range
        }
        throw new HttpError(400, "limit must be a number from 1 to " + MAX_LIMIT + "; it is \"" + value + "\"");
    }
}
