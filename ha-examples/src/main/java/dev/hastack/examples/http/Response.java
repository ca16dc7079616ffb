package dev.hastack.examples.http;

import java.util.HashMap;
import java.util.Map;

/**
 * What a server answers.
 *
 * @param status the HTTP status
 * @param headers beside those that every answer has
 * @param body the body, sent in UTF-8
 */
public record Response(int status, Map<String, String> headers, String body) {

    public Response {
        headers = Map.copyOf(headers);
    }

    /** This value as JSON. */
    public static Response json(int status, Object value) {
        return json(status, Map.of(), value);
    }

    private static Response json(int status, Map<String, String> more, Object value) {
        return new Response(status, with(more, "application/json"), Json.write(value));
    }

    /** This text, of this media type. */
    public static Response of(int status, String mediaType, String body) {
        return new Response(status, with(Map.of(), mediaType), body);
    }

    /** What went wrong, as JSON. */
    static Response of(HttpError error) {
        return json(error.status(), error.headers(), Map.of("error", error.getMessage()));
    }

    private static Map<String, String> with(Map<String, String> headers, String mediaType) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", mediaType + "; charset=utf-8");
        return all;
    }
}
