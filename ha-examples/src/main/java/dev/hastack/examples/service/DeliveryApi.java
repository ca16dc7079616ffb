package dev.hastack.examples.service;

import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import java.sql.SQLException;
import java.util.List;

/**
 * What a delivery server does.
 *
 * <pre>
 * GET /{p}/{slug}  the published article that this route leads to
 * </pre>
 *
 * and what {@link ReadingApi} says, of what is published.
 */
final class DeliveryApi implements Handler {

    private final Routes routes;
    private final ReadingApi readingApi;

    /** Resolves by these routes. */
    DeliveryApi(Routes routes, Reading reading) {
        this.routes = routes;
        this.readingApi = new ReadingApi(ArticleTable.published(), reading);
    }

    @Override
    public Response handle(Request request) throws SQLException {
        List<String> path = request.path();
        if (path.size() != 2 || !request.method().equals("GET")) {
            return readingApi.handle(request);
        }
        String id = routes.find(path.get(0), path.get(1))
                .orElseThrow(() -> new HttpError(404, "no route " + request.address() + " is known here"));
        return readingApi.read(path.get(0), id);
    }
}
