package dev.hastack.examples.service;

import dev.hastack.examples.http.Balancer;
import dev.hastack.examples.http.Handler;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The page of the editors, and {@code /api}, which passes requests to the editing servers: so page and data have one
 * origin, and a browser needs no permission to cross from one to the other.
 */
public final class EditorPages implements Handler {

    private static final Map<String, Response> ASSETS = Map.of(
            "/", asset("index.html", "text/html"),
            "/editor.js", asset("editor.js", "text/javascript"),
            "/editor.css", asset("editor.css", "text/css"));

    private final Balancer editingServers;

    /** Passes requests to these. */
    public EditorPages(Balancer editingServers) {
        this.editingServers = editingServers;
    }

    @Override
    public Response handle(Request request) throws InterruptedException {
        List<String> path = request.path();
        if (!path.isEmpty() && path.get(0).equals("api")) {
            return forward(request);
        }
        if (path.equals(List.of("health"))) {
            return Response.json(200, Map.of("status", "UP"));
        }
        Response asset = ASSETS.get(request.address());
        if (asset == null) {
            throw new HttpError(404, "there is nothing at " + request.address());
        }
        return asset;
    }

    private Response forward(Request request) throws InterruptedException {
        String path =
                "/" + String.join("/", request.path().subList(1, request.path().size()));
        try {
            String encoded = new URI(null, null, path, null) + (request.query().isEmpty() ? "" : "?" + request.query());
            HttpResponse<String> answer = editingServers.send(request.method(), encoded, request.body());
            return Response.of(answer.statusCode(), "application/json", answer.body());
        } catch (URISyntaxException e) {
            throw new HttpError(400, "the path cannot be passed on: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new HttpError(502, "no editing server answered: " + e, e);
        }
    }

    private static Response asset(String name, String mediaType) {
        try (InputStream in = EditorPages.class.getResourceAsStream("/editor/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource /editor/" + name + " on the class path");
            }
            return Response.of(200, mediaType, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
