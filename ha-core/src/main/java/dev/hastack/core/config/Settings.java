package dev.hastack.core.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is in force for one stack: of each key the entry of the latest source, and within one source that of the stack
 * before the common one. Unknown keys have no part in it.
 */
final class Settings {
    private final Map<String, Setting> byKey = new LinkedHashMap<>();

    /** @param rank an entry of higher rank wins */
    record Setting(ConfigSource.Entry entry, int rank) {}

    static Settings merge(List<ConfigSource> sources, Optional<String> stack) {
        Settings settings = new Settings();
        Optional<String> own = stack.map(name -> "ha.stacks." + name + ".");
        int rank = 0;
        for (ConfigSource source : sources) {
            for (ConfigSource.Entry entry : source.entries()) {
                String key = entry.key();
                if (!Schema.knows(key)) {
                    continue;
                }
                if (own.isPresent() && key.startsWith(own.get())) {
                    settings.put("ha." + key.substring(own.get().length()), new Setting(entry, rank + 1));
                } else if (!key.startsWith("ha.stacks.")) {
                    settings.put(key, new Setting(entry, rank));
                }
            }
            rank += 2;
        }
        return settings;
    }

    private void put(String key, Setting setting) {
        byKey.merge(key, setting, (old, now) -> now.rank >= old.rank ? now : old);
    }

    Optional<Setting> get(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    boolean anyBelow(String path) {
        return !below(path).isEmpty();
    }

    List<Setting> below(String path) {
        return byKey.entrySet().stream()
                .filter(e -> e.getKey().startsWith(path + "."))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The ids that stand below {@code path}, in the order of the sources; whole with their dots if {@code leaves}. */
    Set<String> ids(String path, boolean leaves) {
        Set<String> ids = new LinkedHashSet<>();
        for (String key : byKey.keySet()) {
            if (key.startsWith(path + ".")) {
                String rest = key.substring(path.length() + 1);
                ids.add(leaves ? rest : rest.split("\\.", 2)[0]);
            }
        }
        return ids;
    }

    /** The settings {@code path[0]}, {@code path[1]} and so on: those of the highest rank, by their index. */
    SortedMap<Integer, Setting> elements(String path) {
        SortedMap<Integer, Setting> elements = new TreeMap<>();
        byKey.forEach((key, setting) -> {
            if (key.startsWith(path + "[")) {
                elements.put(Integer.valueOf(key.substring(path.length() + 1, key.length() - 1)), setting);
            }
        });
        int highest = elements.values().stream().mapToInt(Setting::rank).max().orElse(0);
        elements.values().removeIf(setting -> setting.rank < highest);
        return elements;
    }
}
