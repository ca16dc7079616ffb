package dev.hastack.elasticsearch.publication;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an existing index lacks of what is wanted. Lenient: what exists beyond that is right, be it fields or settings; more
 * replicas than wanted are. Elasticsearch does not show a parameter that has its default.
 */
final class Differences {
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("coerce", "true"),
            Map.entry("doc_values", "true"),
            Map.entry("dynamic", "true"),
            Map.entry("eager_global_ordinals", "false"),
            Map.entry("enabled", "true"),
            Map.entry("fielddata", "false"),
            Map.entry("format", "strict_date_optional_time||epoch_millis"),
            Map.entry("ignore_malformed", "false"),
            Map.entry("include_in_parent", "false"),
            Map.entry("include_in_root", "false"),
            Map.entry("index", "true"),
            Map.entry("norms", "true"),
            Map.entry("split_queries_on_whitespace", "false"),
            Map.entry("store", "false"),
            Map.entry("type", "object"));
    /** Where these are off without being wanted so, a field cannot do what one by default can. */
    private static final Set<String> ABILITIES = Set.of("doc_values", "enabled", "index");

    private static final Set<String> FIELDS = Set.of("properties", "fields");
    private static final Pattern TIME = Pattern.compile("(\\d+)(ms|s|m|h|d)");

    private final List<String> found = new ArrayList<>();

    private Differences() {}

    /** @param index as Elasticsearch shows it, with flat settings */
    static List<String> between(Wanted wanted, JsonObject index) {
        Differences differences = new Differences();
        JsonObject mapping = index.getJsonObject("mappings");
        differences.mapping("mapping", wanted.mapping(), mapping == null ? JsonValue.EMPTY_JSON_OBJECT : mapping);
        SortedMap<String, JsonValue> settings = new TreeMap<>();
        JsonObject shown = index.getJsonObject("settings");
        if (shown != null) {
            Wanted.flatten("", shown, settings);
        }
        wanted.settings().forEach((name, value) -> differences.setting(name, value, settings.get(name)));
        return differences.found;
    }

    private void mapping(String path, JsonObject wanted, JsonObject existing) {
        wanted.forEach((name, value) -> {
            String below = path + "." + name;
            JsonValue other = existing.get(name);
            if (FIELDS.contains(name) && value instanceof JsonObject fields) {
                fields.forEach((field, definition) -> field(
                        below + "." + field,
                        definition.asJsonObject(),
                        other instanceof JsonObject group ? group.get(field) : null));
            } else if (value instanceof JsonObject group && other instanceof JsonObject otherGroup) {
                mapping(below, group, otherGroup);
            } else {
                parameter(below, name, value, other);
            }
        });
        ABILITIES.stream()
                .filter(name -> existing.containsKey(name) && !wanted.containsKey(name))
                .filter(name -> existing.get(name) == JsonValue.FALSE
                        || text(existing.get(name)).equals("false"))
                .sorted()
                .forEach(name -> found.add(path + "." + name + ": expected true (the default), found false"));
    }

    private void field(String path, JsonObject wanted, @Nullable JsonValue existing) {
        if (existing == null) {
            JsonValue type = wanted.get("type");
            found.add(path + ": expected a field of type " + (type == null ? "object" : text(type)) + ", found none");
        } else {
            mapping(path, wanted, existing.asJsonObject());
        }
    }

    private void parameter(String path, String name, JsonValue wanted, @Nullable JsonValue existing) {
        String expected = text(wanted);
        String shown = existing == null ? DEFAULTS.get(name) : text(existing);
        if (!expected.equals(shown)) {
            found.add(path + ": expected " + expected + ", found " + (shown == null ? "nothing" : shown));
        }
    }

    private void setting(String name, JsonValue wanted, @Nullable JsonValue existing) {
        String expected = text(wanted);
        String shown = existing == null ? null : text(existing);
        boolean atLeast = name.equals("index.number_of_replicas");
        boolean enough;
        if (shown == null) {
            enough = false;
        } else if (atLeast) {
            enough = Integer.parseInt(shown) >= Integer.parseInt(expected);
        } else {
            enough = plain(expected).equals(plain(shown));
        }
        if (!enough) {
            found.add("settings." + name + ": expected " + expected + (atLeast ? " or more" : "") + ", found "
                    + (shown == null ? "nothing" : shown));
        }
    }

    /** Times may be written in several ways. */
    private static Object plain(String value) {
        Matcher time = TIME.matcher(value);
        if (!time.matches()) {
            return value;
        }
        long count = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    /** Elasticsearch shows most values as text, whatever they were sent as. */
    private static String text(@Nullable JsonValue value) {
        if (value instanceof JsonString string) {
            return string.getString();
        }
        if (value instanceof JsonNumber number) {
            return number.toString();
        }
        if (value instanceof JsonArray array) {
            return array.stream().map(Differences::text).collect(Collectors.joining(", ", "[", "]"));
        }
        return String.valueOf(value);
    }
}
