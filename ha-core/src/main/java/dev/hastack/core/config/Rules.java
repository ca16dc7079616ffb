package dev.hastack.core.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rules that the constructor of a configuration record holds its components to. All broken ones are thrown at once,
 * each with its key relative to the record, so that the binder can say where the value was set, and a program that
 * calls the constructor gets the same rules. They are looked at once each component is right by itself.
 */
final class Rules {
    private final List<Broken> broken = new ArrayList<>();

    private Rules() {}

    static Rules start() {
        return new Rules();
    }

    Rules that(boolean holds, String key, String expected) {
        if (!holds) {
            broken.add(new Broken(key, expected));
        }
        return this;
    }

    Rules positive(Duration value, String key) {
        return that(value.compareTo(Duration.ZERO) > 0, key, "expected more than 0")
                .atMost(Durations.LONGEST, value, key);
    }

    /** Of what drivers count in milliseconds, in an int. */
    Rules timeout(Duration value, String key) {
        return positive(value, key).atMost(Duration.ofDays(1), value, key);
    }

    private Rules atMost(Duration most, Duration value, String key) {
        return value.compareTo(most) <= 0 ? this : that(false, key, "expected at most " + Durations.format(most));
    }

    Rules atLeast(Duration least, Duration value, String key) {
        return value.compareTo(least) >= 0
                ? atMost(Durations.LONGEST, value, key)
                : that(false, key, "expected at least " + Durations.format(least));
    }

    /** The name of a stack, if there is one. */
    Rules stack(Optional<String> name) {
        return that(name.orElse("x").matches(Ids.NODE), "stack", idExpected(Ids.NODE));
    }

    /** The name of a zone, if there is one. */
    Rules zone(Optional<String> name) {
        return that(name.orElse("x").matches(Ids.NODE), "zone", idExpected(Ids.NODE));
    }

    Rules ids(Collection<String> ids, String pattern, String key) {
        ids.forEach(id -> that(id.matches(pattern), key + "." + id, idExpected(pattern)));
        return this;
    }

    /** No two nodes of a store are one server: a vote or a connection would count twice. */
    <N> Rules distinct(Map<String, N> nodes, Function<N, ?> address) {
        Map<Object, String> seen = new HashMap<>();
        nodes.forEach((id, node) -> {
            String first = seen.putIfAbsent(address.apply(node), id);
            that(first == null, "nodes." + id + ".address", "expected another address than that of node " + first);
        });
        return this;
    }

    void check() {
        if (!broken.isEmpty()) {
            throw new BrokenRules(broken);
        }
    }

    static String idExpected(String pattern) {
        return "expected an id that matches " + pattern;
    }

    /** @param key relative to the record whose rule it is */
    record Broken(String key, String expected) {}

    static final class BrokenRules extends IllegalArgumentException {
        final transient List<Broken> broken;

        BrokenRules(List<Broken> broken) {
            super(broken.stream().map(b -> b.key + ": " + b.expected).collect(Collectors.joining("; ")));
            this.broken = List.copyOf(broken);
        }
    }
}
