package dev.hastack.examples.demo;

import com.google.gson.JsonElement;
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
import java.util.stream.Collectors;

/** What a server answers to {@code /health}. */
final class Health {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Health() {}

    /** The answer of the server at this address, also when it is a bad one. */
    static String of(URI server) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException("the server at " + server + " does not answer /health: " + e, e);
        }
    }

    /** Its topology in one line, such as {@code main PRIMARY epoch 1 | standby REPLICA epoch 1 | delivery DOWN (refused)}. */
    static String topology(String health) {
        return nodes(health).stream().map(Health::node).collect(Collectors.joining(" | "));
    }

    /** The role in which it sees a node, or nothing when it knows none of this name. */
    static String role(String health, String node) {
        return nodes(health).stream()
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

    private static List<JsonObject> nodes(String health) {
        List<JsonObject> nodes = new ArrayList<>();
        for (JsonElement store :
                JsonParser.parseString(health).getAsJsonObject().getAsJsonArray("stores")) {
            store.getAsJsonObject().getAsJsonArray("nodes").forEach(node -> nodes.add(node.getAsJsonObject()));
        }
        return nodes;
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
