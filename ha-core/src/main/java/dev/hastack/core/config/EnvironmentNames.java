package dev.hastack.core.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which key an environment variable stands for. {@code HA_POSTGRES_NODES_PG_1_ADDRESS} is {@code
 * ha.postgres.nodes.pg-1.address} if a source declares {@code pg-1}: names and ids are compared without dashes,
 * underscores and case. An id that nothing declares must be one word of {@code [a-z0-9]}, since nobody could tell where
 * another ends.
 */
final class EnvironmentNames {
    private final List<ConfigSource.Entry> entries = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final Map<String, String> misspelt = new TreeMap<>();

    /** The variables that stand for a key, under that key. */
    ConfigSource source() {
        return new ConfigSource("environment", entries);
    }

    /** The variables that stand for none, in order. */
    List<String> unknown() {
        return unknown;
    }

    /** The variables that stand for none as they are spelt, and by which one is surely meant; each with its right name. */
    Map<String, String> misspelt() {
        return misspelt;
    }

    static EnvironmentNames match(Map<String, String> environment, KnownIds ids, Faults faults) {
        EnvironmentNames names = new EnvironmentNames();
        Map<String, String> taken = new TreeMap<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            // An empty variable is how a container definition says "not set".
            if (value.isEmpty()) {
                return;
            }
            List<String> found = name.startsWith("HA_") ? find(name, ids) : List.of();
            if (found.isEmpty()) {
                Optional<String> meant = meant(LookalikeKeys.plain(name), ids);
                if (meant.isPresent()) {
                    names.misspelt.put(name, of(meant.get()));
                } else if (name.startsWith("HA_")) {
                    names.unknown.add(name);
                }
            } else if (found.size() > 1) {
                faults.add(fault(name, "stands for more than one key: " + String.join(", ", found)));
            } else {
                String other = taken.put(found.get(0), name);
                if (other != null) {
                    faults.add(fault(name, "stands for the same key as " + other + ": " + found.get(0)));
                }
                // The environment holds generated values: what looks like a placeholder there is none.
                names.entries.add(new ConfigSource.Entry(
                        found.get(0), value.replace("${", "$${"), "environment variable " + name));
            }
        });
        if (!taken.containsKey("ha.stack")) {
            names.stack();
        }
        return names;
    }

    /** The variable that decides which overrides are in force is not lost by one wrong letter, where nothing stands in for it. */
    private void stack() {
        unknown.stream()
                .filter(name -> Suggestions.distance(name, "HA_STACK", 1) == 1)
                .forEach(name -> misspelt.put(name, "HA_STACK"));
        unknown.removeAll(misspelt.keySet());
    }

    /**
     * The key that a name means which differs from its variable by case, and by which separators it has, or that stands for a group
     * and means what switches it on, if there is one.
     */
    static Optional<String> meant(String name, KnownIds ids) {
        String words =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replaceFirst("^_", "");
        if (!words.startsWith("ha")) {
            return Optional.empty();
        }
        String squashed = squash(words);
        String variable = "HA_" + words.substring(2).replaceAll("^_|_$", "");
        return find(variable, ids).stream()
                .findFirst()
                .or(() -> find(variable + "_ENABLED", ids).stream()
                        .filter(Schema.keys(ids)::contains)
                        .findFirst())
                .or(() -> Schema.keys(ids).stream()
                        .filter(key -> squash(key).equals(squashed))
                        .findFirst());
    }

    /** The fault of a variable that is {@link #misspelt}. */
    static Fault misspelt(String name, String meant) {
        return fault(name, "stands for no key as it is spelt").meant(Optional.of(meant));
    }

    /** The variable by which a key is documented. */
    static String of(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9<>]", "_");
    }

    /** The fault of a variable that stands for no key. */
    static Fault unknown(String name, KnownIds ids, List<String> keys) {
        List<String> withNewId = new ArrayList<>();
        Schema.ROOT.match(tokens(name), "ha", ids, Integer.MAX_VALUE, withNewId);
        if (!withNewId.isEmpty()) {
            return fault(
                    name,
                    "no source declares this id, and where it ends cannot be told; declare " + withNewId.get(0)
                            + " in a file");
        }
        List<String> variables = keys.stream().map(EnvironmentNames::of).toList();
        return new Fault(
                name,
                Optional.empty(),
                Optional.of("environment"),
                "stands for no key",
                Suggestions.nearest(name, variables));
    }

    private static List<String> find(String name, KnownIds ids) {
        List<String> found = new ArrayList<>();
        Schema.ROOT.match(tokens(name), "ha", ids, 0, found);
        if (found.isEmpty()) {
            Schema.ROOT.match(tokens(name), "ha", ids, 1, found);
        }
        return found;
    }

    private static List<String> tokens(String name) {
        return Arrays.stream(name.toLowerCase(Locale.ROOT).split("_", -1))
                .skip(1)
                .toList();
    }

    /** What is left of {@code tokens} behind {@code name}, if they begin with it. */
    static Optional<List<String>> rest(List<String> tokens, String name) {
        String wanted = squash(name);
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < tokens.size() && wanted.startsWith(seen.toString()); i++) {
            seen.append(tokens.get(i));
            if (wanted.contentEquals(seen)) {
                return Optional.of(tokens.subList(i + 1, tokens.size()));
            }
        }
        return Optional.empty();
    }

    private static String squash(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static Fault fault(String name, String expected) {
        return new Fault(name, Optional.empty(), Optional.of("environment"), expected, Optional.empty());
    }
}
