package dev.hastack.examples.service;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;

/**
 * What an editing server does.
 *
 * <pre>
 * GET  /publications                           the publications that have a draft
 * GET  /publications/{p}/articles              id and title of its drafts; ?after=ID&limit=N
 * GET  /publications/{p}/articles/{id}         one draft
 * PUT  /publications/{p}/articles/{id}         saves {"version", "title", "body", "links"}: 201 new, 200 saved, 409 stale
 * POST /publications/{p}/articles/{id}/publish publishes the draft as it is now: 202, a job for it is in the queue
 * POST /publications/{p}/rebuild               fills the publication's search index anew: 202, it has begun
 * GET  /publications/{p}/rebuild               how far that is: {"phase", "done", "total", "rate", "remainingMs"}
 * GET  /publications/{p}/articles/{id}/publication what is published of it, once its route is there as well; 404 before
 * </pre>
 *
 * <p>A save answers 200 or 201 only after its commit. Its version must be one more than what is saved (1 for a new
 * article), and saving the same version with the same content again is as good as once. So a client whose answer was
 * lost just saves again, and two editors cannot overwrite each other. The same goes for a request to publish, which answers
 * only when the job is safe. {@link FailureResponses} says what is answered while a store cannot serve.
 */
final class EditingApi implements Handler {

    private final ArticleTable drafts = ArticleTable.drafts();
    private final ArticleTable published = ArticleTable.published();
    private final DataSource primary;
    private final Publishing publishing;
    private final Rebuilding rebuilding;
    private final Reading reading;
    private final ReadingApi readingApi;

    /** Writes to the primary; reads from where the configuration says that readers of this stack prefer to. */
    EditingApi(DataSource primary, DataSource reads, Publishing publishing, Rebuilding rebuilding) {
        this.primary = primary;
        this.publishing = publishing;
        this.rebuilding = rebuilding;
        this.reading = new Reading(reads);
        this.readingApi = new ReadingApi(drafts, reading);
    }

    @Override
    public Response handle(Request request) throws SQLException {
        var path = request.path();
        boolean article = path.size() >= 4
                && path.get(0).equals("publications")
                && path.get(2).equals("articles");
        if (request.method().equals("PUT") && article && path.size() == 4) {
            return save(ArticleJson.read(path.get(1), path.get(3), request.body()));
        }
        if (request.method().equals("POST")
                && article
                && path.size() == 5
                && path.get(4).equals("publish")) {
            return publish(path.get(1), path.get(3));
        }
        if (request.method().equals("GET")
                && article
                && path.size() == 5
                && path.get(4).equals("publication")) {
            return publication(path.get(1), path.get(3));
        }
        if (path.size() == 3
                && path.get(0).equals("publications")
                && path.get(2).equals("rebuild")) {
            return rebuild(request.method(), path.get(1));
        }
        return readingApi.handle(request);
    }

    private Response rebuild(String method, String publication) {
        if (method.equals("POST")) {
            rebuilding.begin(publication);
            return Response.json(202, Map.of("publication", publication));
        }
        return rebuilding
                .state(publication)
                .map(state -> Response.json(200, state))
                .orElseThrow(() -> new HttpError(404, "no rebuild of " + publication + " was begun here"));
    }

    private Response save(Article article) throws SQLException {
        boolean isNew = article.version() == 1;
        boolean saved = write(c -> isNew ? drafts.insert(c, article) : drafts.update(c, article));
        if (saved) {
            return Response.json(isNew ? 201 : 200, article);
        }
        if (write(c -> drafts.confirm(c, article))) {
            return Response.json(200, article);
        }
        throw write(c -> drafts.read(c, article.publication(), article.id()))
                .map(current -> new HttpError(
                        409,
                        article.path() + " has version " + current.version() + " by now, and this save is version "
                                + article.version() + ": load it again, and save that version plus one"))
                .orElseGet(() -> new HttpError(
                        409,
                        "there is no " + article.path() + " yet, so its first version must be 1; it is "
                                + article.version()));
    }

    private Response publish(String publication, String id) throws SQLException {
        Article draft = write(c -> drafts.read(c, publication, id))
                .orElseThrow(() -> new HttpError(404, "there is no article " + id + " in publication " + publication));
        publishing.request(draft);
        return Response.json(202, Map.of("version", draft.version(), "route", draft.route()));
    }

    private Response publication(String publication, String id) throws SQLException {
        return write(c -> published.read(c, publication, id))
                .filter(publishing::isRouted)
                .map(article -> Response.json(200, Map.of("version", article.version(), "route", article.route())))
                .orElseThrow(() -> new HttpError(
                        404, "article " + id + " in publication " + publication + " is not published yet"));
    }

    /** One statement on the primary, committed when it returns. */
    private <T> T write(Reading.Query<T> statement) throws SQLException {
        try (Connection connection = primary.getConnection()) {
            return statement.run(connection);
        }
    }
}
