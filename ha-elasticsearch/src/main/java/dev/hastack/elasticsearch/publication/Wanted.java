package dev.hastack.elasticsearch.publication;

import dev.hastack.core.config.ElasticsearchConfig;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an index is to be like.
 *
 * @param settings by their full names, as {@code index.number_of_shards}
 */
record Wanted(SortedMap<String, JsonValue> settings, JsonObject mapping) {
    private static final String CLASSPATH = "classpath:";

    /** @throws PublicationException if the mapping or the settings cannot be read */
    static Wanted of(String publication, ElasticsearchConfig.Publication config) {
        SortedMap<String, JsonValue> settings = new TreeMap<>();
        config.settings().ifPresent(where -> flatten("", json(publication, "settings", where), settings));
        settings.put("index.number_of_shards", Json.createValue(Integer.toString(config.shards())));
        if (!settings.containsKey("index.auto_expand_replicas")) {
            settings.put("index.number_of_replicas", Json.createValue(Integer.toString(config.replicas())));
        }
        settings.put(
                "index.refresh_interval",
                Json.createValue(config.refreshInterval().toMillis() + "ms"));
        return new Wanted(
                settings,
                config.mapping()
                        .map(where -> json(publication, "mapping", where))
                        .orElse(JsonValue.EMPTY_JSON_OBJECT));
    }

    private static JsonObject json(String publication, String key, String where) {
        String setting =
                "publication '" + publication + "': " + key + " " + (where.startsWith("{") ? "(inline)" : where);
        String text = where.strip().startsWith("{") ? where : text(setting, where);
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            JsonObject object = reader.readObject();
            String around = key.equals("mapping") ? "mappings" : "settings";
            if (object.containsKey(around)) {
                throw new PublicationException(
                        setting + ": expected what belongs into '" + around + "', without that around it");
            }
            return object;
        } catch (JsonException e) {
            throw new PublicationException(setting + ": expected a JSON object: " + e.getMessage(), e);
        }
    }

    private static String text(String setting, String where) {
        try {
            if (!where.startsWith(CLASSPATH)) {
                return Files.readString(Path.of(where));
            }
            String name = where.substring(CLASSPATH.length());
            try (InputStream resource = resource(name)
                    .orElseThrow(() -> new PublicationException(
                            setting + ": expected a resource of that name on the class path"))) {
                return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException | InvalidPathException e) {
            throw new PublicationException(setting + ": expected a readable file: " + e, e);
        }
    }

    private static Optional<InputStream> resource(String name) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return Optional.ofNullable(context)
                .map(loader -> loader.getResourceAsStream(name))
                .or(() -> Optional.ofNullable(Wanted.class.getClassLoader().getResourceAsStream(name)));
    }

    /** Elasticsearch takes settings nested or dotted, with and without "index." before them. */
    static void flatten(String path, JsonObject object, Map<String, JsonValue> into) {
        object.forEach((name, value) -> {
            String key = path.isEmpty() ? name : path + "." + name;
            if (value instanceof JsonObject group) {
                flatten(key, group, into);
            } else {
                into.put(key.startsWith("index.") ? key : "index." + key, value);
            }
        });
    }
}
