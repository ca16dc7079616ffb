package dev.hastack.core.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * All keys that a configuration may have, with the ids that it names.
 *
 * @param siblings the same keys, by what they begin with before their last dot
 */
record KnownKeys(List<String> all, Map<String, List<String>> siblings) {
    /** So many edits are a slip of the hand. */
    private static final int SLIP = 2;

    static KnownKeys of(List<String> all) {
        return new KnownKeys(all, all.stream().collect(Collectors.groupingBy(KnownKeys::parent)));
    }

    /**
     * The one that was probably meant. A key that is all but one of its siblings is not compared with all others: as many of them
     * as there are nodes would each be compared with the keys of every node.
     */
    Optional<String> nearest(String key) {
        if (siblings.getOrDefault(key, List.of()).contains(key + Suggestions.SWITCH)) {
            return Optional.of(key + Suggestions.SWITCH);
        }
        return Suggestions.nearest(key, siblings.getOrDefault(parent(key), List.of()), SLIP)
                .or(() -> Suggestions.nearest(key, all));
    }

    private static String parent(String key) {
        return key.substring(0, Math.max(0, key.lastIndexOf('.')));
    }
}
