package dev.hastack.examples.service;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Json;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An article as clients send it: the path says which, the body says what. */
final class ArticleJson {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

    private ArticleJson() {}

    /**
     * The article of a request's path and body.
     *
     * @throws HttpError with 400, and what is wrong where
     */
    static Article read(String publication, String id, String body) {
        requireName("publication", publication);
        requireName("id", id);
        Draft draft;
        try {
            draft = Json.read(body, Draft.class);
        } catch (IllegalArgumentException e) {
            throw new HttpError(400, "the body is no article: " + e.getMessage(), e);
        }
        if (draft.version < 1) {
            throw new HttpError(
                    400, "version must be 1 for a new article, and one more with each save; it is " + draft.version);
        }
        if (draft.title == null || draft.title.isBlank()) {
            throw new HttpError(400, "title must not be missing or blank");
        }
        List<String> links = draft.links == null ? List.of() : draft.links;
        if (links.stream().anyMatch(Objects::isNull)) {
            throw new HttpError(400, "links must not hold null");
        }
        return new Article(publication, id, draft.version, draft.title, draft.body == null ? "" : draft.body, links);
    }

    private static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new HttpError(400, what + " must match " + NAME + "; it is \"" + name + "\"");
        }
    }

    /** Anything may be missing in what a client sends. */
    private record Draft(
            long version,
            @Nullable String title,
            @Nullable String body,
            @Nullable List<@Nullable String> links) {}
}
