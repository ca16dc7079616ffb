package dev.hastack.core.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The ids of maps that the sources name. What is declared for one stack is known in all. */
final class KnownIds {
    private final Map<String, Set<String>> byPath = new LinkedHashMap<>();

    void add(String path, String id) {
        byPath.computeIfAbsent(common(path), p -> new LinkedHashSet<>()).add(id);
    }

    Set<String> at(String path) {
        return byPath.getOrDefault(common(path), Set.of());
    }

    private static String common(String path) {
        return path.replaceFirst("^ha\\.stacks\\.[^.]+", "ha");
    }
}
