package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Indices and aliases of publications in the cluster.
 *
 * <p>For the reasons, see docs/decisions.md, ES-22.
 */
final class Catalog {
    private final Requests requests;
    private final Names names;

    Catalog(Requests requests, Names names) {
        this.requests = requests;
        this.names = names;
    }

    Names names() {
        return names;
    }

    Requests requests() {
        return requests;
    }

    Generations generations(String publication) throws IOException {
        return Generations.of(names, publication, aliases(names.pattern(publication)));
    }

    /** Names of aliases that match, by index. */
    Map<String, Set<String>> aliases(String pattern) throws IOException {
        Map<String, Set<String>> aliases = new HashMap<>();
        requests.get("indices.get_alias", "", "/_alias/" + pattern, Map.of())
                .forEach((index, found) -> aliases.put(
                        index, found.asJsonObject().getJsonObject("aliases").keySet()));
        return aliases;
    }

    /** @throws PublicationException.NotProvisioned if there is none */
    Generation current(String publication) throws IOException {
        return generations(publication)
                .current()
                .orElseThrow(() -> new PublicationException.NotProvisioned(publication, names.read(publication)));
    }

    /** All own indices of a publication, by number, and whether aliases lead to them. */
    Map<Integer, Boolean> indices(String publication) throws IOException {
        Map<Integer, Boolean> found = new HashMap<>();
        requests.get("indices.resolve_index", "", "/_resolve/index/" + names.pattern(publication), Map.of())
                .getJsonArray("indices")
                .forEach(index -> {
                    String name = index.asJsonObject().getString("name");
                    OptionalInt number = names.number(publication, name, "");
                    if (number.isPresent()) {
                        found.put(number.getAsInt(), index.asJsonObject().containsKey("aliases"));
                    }
                });
        return found;
    }

    /**
     * Makes an index with its aliases.
     *
     * @return whether it was created; not if it existed
     * @throws UnconfirmedException if it was, and not every node has said that it knows of it
     */
    boolean create(String index, Map<String, JsonValue> settings, JsonObject mapping, JsonObject aliases)
            throws IOException {
        JsonObjectBuilder sent = Json.createObjectBuilder();
        settings.forEach(sent::add);
        try {
            JsonObject answer = requests.send(
                    "indices.create",
                    "PUT",
                    index,
                    "/" + index,
                    Json.createObjectBuilder()
                            .add("settings", sent)
                            .add("mappings", mapping)
                            .add("aliases", aliases)
                            .build());
            confirmed(answer, "index " + index + " was created");
            return true;
        } catch (ElasticsearchException e) {
            if ("resource_already_exists_exception".equals(e.error().type())) {
                return false;
            }
            throw e;
        }
    }

    boolean exists(String index) throws IOException {
        try {
            JsonObject unused = requests.get("indices.get_alias", "", "/" + index + "/_alias", Map.of());
            return true;
        } catch (ElasticsearchException e) {
            if (missing(e)) {
                return false;
            }
            throw e;
        }
    }

    void delete(String index) throws IOException {
        try {
            requests.send("indices.delete", "DELETE", index, "/" + index, JsonValue.EMPTY_JSON_OBJECT);
        } catch (ElasticsearchException e) {
            if (!missing(e)) {
                throw e;
            }
        }
    }

    void refresh(String target) throws IOException {
        requests.send("indices.refresh", "POST", target, "/" + target + "/_refresh", JsonValue.EMPTY_JSON_OBJECT);
    }

    /** Settings and mapping of an index, flat and as Elasticsearch shows them. */
    JsonObject show(String index) throws IOException {
        return requests.get("indices.get", index, "/" + index, Map.of("flat_settings", "true"))
                .getJsonObject(index);
    }

    /**
     * Whether an index, or what an alias leads to, is closed: Elasticsearch calls it green, and refuses every read and write. Not if
     * the server refuses to say.
     */
    boolean closed(String target) throws IOException {
        try {
            JsonObject metadata = requests.get(
                            "cluster.state",
                            "",
                            "/_cluster/state/metadata/" + target,
                            Map.of(
                                    "local",
                                    "true",
                                    "expand_wildcards",
                                    "all",
                                    "filter_path",
                                    "metadata.indices.*.state"))
                    .getJsonObject("metadata");
            return metadata != null
                    && metadata.getJsonObject("indices").values().stream()
                            .anyMatch(
                                    index -> "close".equals(index.asJsonObject().getString("state", "")));
        } catch (ElasticsearchException e) {
            return false;
        }
    }

    /** @throws UnconfirmedException if it was done, and not every node has said that it knows of it */
    void change(AliasActions actions) throws IOException {
        confirmed(
                requests.send("indices.update_aliases", "POST", "", "/_aliases", actions.body()),
                "aliases were changed");
    }

    /**
     * What not every node knows of may be missed by whoever asks such a node.
     *
     * @throws UnconfirmedException though it was done
     */
    private static void confirmed(JsonObject answer, String what) throws IOException {
        if (!answer.getBoolean("acknowledged", false)) {
            throw new UnconfirmedException(what
                    + ", but not every node of the cluster has confirmed it in time; look at the cluster's health");
        }
    }

    /** Whether the error says that an index or alias does not exist. */
    static boolean missing(Exception e) {
        return e instanceof ElasticsearchException answered
                && answered.status() == 404
                && missing(Optional.ofNullable(answered.error().type()));
    }

    static boolean missing(Optional<String> type) {
        return type.filter(
                        name -> name.equals("index_not_found_exception") || name.equals("aliases_not_found_exception"))
                .isPresent();
    }
}
