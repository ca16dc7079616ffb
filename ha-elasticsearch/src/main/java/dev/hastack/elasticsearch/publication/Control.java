package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.JsonData;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** The index in which processes tell each other who rebuilds what, and what was deleted meanwhile. */
final class Control {
    private final ElasticsearchClient client;
    private final Catalog catalog;

    Control(ElasticsearchClient client, Catalog catalog) {
        this.client = client;
        this.catalog = catalog;
    }

    ElasticsearchClient client() {
        return client;
    }

    String index() {
        return catalog.names().rebuilds();
    }

    /** Whoever made it, it exists then; and it goes on existing while a claim does. Where it does, the master has nothing to do. */
    void create() throws IOException {
        if (catalog.exists(index())) {
            return;
        }
        Map<String, JsonValue> settings = new TreeMap<>();
        settings.put("index.number_of_shards", Json.createValue("1"));
        settings.put("index.auto_expand_replicas", Json.createValue("0-1"));
        JsonObject keyword = Json.createObjectBuilder().add("type", "keyword").build();
        boolean unused = catalog.create(
                index(),
                settings,
                Json.createObjectBuilder()
                        .add("dynamic", "false")
                        .add(
                                "properties",
                                Json.createObjectBuilder()
                                        .add(Deletions.PUBLICATION, keyword)
                                        .add(Deletions.GENERATION, keyword))
                        .build(),
                JsonValue.EMPTY_JSON_OBJECT);
    }

    static JsonData document(JsonObject json) {
        return JsonData.of(json);
    }
}
