package dev.hastack.examples.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a server answers to {@code /health}. */
final class Health {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    private Health() {}

    /** The answer of the server at this address, also when it is a bad one. */
    static String of(URI server) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/health"))
                .timeout(TIMEOUT)
                .build();
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException("the server at " + server + " does not answer /health: " + e, e);
        }
    }

    /** The same; empty when it does not answer, as on a machine that has too much to do. */
    static Optional<String> ifAnswered(URI server) throws InterruptedException {
        try {
            return Optional.of(of(server));
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
    }

    /**
     * Its topology in one line for each store, such as {@code postgres: main PRIMARY epoch 1 | standby REPLICA epoch 1 |
     * delivery DOWN (refused)}.
     */
    static List<String> topology(String health) {
        return stores(health).stream()
                .map(store -> store.get("store").getAsString() + ": "
                        + nodes(store).stream().map(Health::node).collect(Collectors.joining(" | ")))
                .toList();
    }

    /** The role in which it sees a node of a store, or nothing when it knows none of this name. */
    static String role(String health, String store, String node) {
        return stores(health).stream()
                .filter(seen -> seen.get("store").getAsString().equals(store))
                .flatMap(seen -> nodes(seen).stream())
                .filter(seen -> seen.get("node").getAsString().equals(node))
                .map(seen -> seen.get("role").getAsString())
                .findFirst()
                .orElse("");
    }

    /** Whether every node of every store serves. */
    static boolean isWhole(String health) {
        return JsonParser.parseString(health)
                .getAsJsonObject()
                .get("status")
                .getAsString()
                .equals("UP");
    }

    private static List<JsonObject> stores(String health) {
        return objects(JsonParser.parseString(health).getAsJsonObject(), "stores");
    }

    private static List<JsonObject> nodes(JsonObject store) {
        return objects(store, "nodes");
    }

    private static List<JsonObject> objects(JsonObject of, String name) {
        List<JsonObject> objects = new ArrayList<>();
        of.getAsJsonArray(name).forEach(element -> objects.add(element.getAsJsonObject()));
        return objects;
    }

    private static String node(JsonObject node) {
        String role = node.get("role").getAsString();
        String text = node.get("node").getAsString() + " " + role;
        if (role.equals("DOWN") && node.has("reason")) {
            // "REFUSED: Connection to ..."; the whole of it is in the servers' logs.
            String reason = node.get("reason").getAsString();
            return text + " (" + reason.replaceFirst(":.*", "").toLowerCase(Locale.ROOT) + ")";
        }
        return node.has("epoch") ? text + " epoch " + node.get("epoch").getAsLong() : text;
    }
}
