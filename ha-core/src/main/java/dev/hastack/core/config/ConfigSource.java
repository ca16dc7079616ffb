package dev.hastack.core.config;

import java.util.List;
import java.util.Map;

/**
 * Settings from one place, such as a file or a framework's own configuration. Immutable.
 *
 * @param name what a report calls the place
 * @param entries in their order; where a key occurs twice, the later wins; those whose keys do not begin with {@code
 *     ha.}, nor look as if they were to, are left out
 */
public record ConfigSource(String name, List<Entry> entries) {
    public ConfigSource {
        entries = entries.stream()
                .filter(entry -> entry.key().startsWith("ha.") || LookalikeKeys.likely(entry.key()))
                .toList();
    }

    /** The settings of a map, in its order. */
    public static ConfigSource of(String name, Map<String, String> settings) {
        settings.forEach((key, value) -> {
            if (key == null || value == null) {
                throw new IllegalArgumentException(name + ": expected " + (key == null ? "no key" : "no value")
                        + " that is null" + (key == null ? "" : ", as that of " + Redaction.key(key) + " is"));
            }
        });
        return new ConfigSource(
                name,
                settings.entrySet().stream()
                        .map(e -> new Entry(e.getKey(), e.getValue(), name))
                        .toList());
    }

    /**
     * One setting.
     *
     * @param key with its {@code ha.} in front
     * @param value as it is written, before placeholders are resolved
     * @param origin where it is written, as precisely as can be said: {@code stack.properties:5}
     */
    public record Entry(String key, String value, String origin) {
        /** Without the value, which may be a secret. */
        @Override
        public String toString() {
            return Redaction.key(key) + " (" + origin + ")";
        }
    }
}
