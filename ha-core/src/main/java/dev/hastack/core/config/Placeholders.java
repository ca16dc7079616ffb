package dev.hastack.core.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * Resolves <code>${NAME}</code> and <code>${NAME:default}</code>: a name that begins with {@code ha.} is a key of the
 * same configuration, any other an environment variable or else a system property. <code>$${</code> stands for
 * <code>${</code>.
 */
final class Placeholders {
    private static final int DEEPEST = 32;
    private static final int MOST = 1_000;
    private static final int LONGEST = 100_000;

    private final Settings settings;
    private final Map<String, String> environment;
    private final Map<String, String> systemProperties;
    private int left;

    Placeholders(Settings settings, Map<String, String> environment, Map<String, String> systemProperties) {
        this.settings = settings;
        this.environment = environment;
        this.systemProperties = systemProperties;
    }

    /** @throws Unresolved if a name stands for nothing, or for itself; the message says which */
    String resolve(String text) {
        left = MOST;
        return resolve(text, new ArrayDeque<>());
    }

    private String resolve(String text, Deque<String> open) {
        if (open.size() > DEEPEST) {
            throw new Unresolved("expected at most " + DEEPEST + " placeholders within one another");
        }
        StringBuilder resolved = new StringBuilder();
        int at = 0;
        for (int dollar = text.indexOf("${"); dollar >= 0; dollar = text.indexOf("${", at)) {
            if (dollar > at && text.charAt(dollar - 1) == '$') {
                resolved.append(text, at, dollar - 1).append("${");
                at = dollar + 2;
                continue;
            }
            int end = end(text, dollar + 2);
            resolved.append(text, at, dollar).append(value(text.substring(dollar + 2, end), open));
            at = end + 1;
            if (resolved.length() > LONGEST) {
                throw new Unresolved(
                        "expected less than " + LONGEST + " characters, once its placeholders are resolved");
            }
        }
        return resolved.append(text, at, text.length()).toString();
    }

    private String value(String placeholder, Deque<String> open) {
        String[] parts = placeholder.split(":", 2);
        String name = parts[0];
        if (--left < 0) {
            throw new Unresolved("expected at most " + MOST + " placeholders, with those of what they stand for");
        }
        boolean key = name.startsWith("ha.");
        Optional<String> found = key
                ? settings.get(name).map(setting -> setting.entry().value())
                : Optional.ofNullable(environment.get(name)).or(() -> Optional.ofNullable(systemProperties.get(name)));
        if (found.isEmpty()) {
            if (parts.length == 1) {
                throw new Unresolved(missing(name));
            }
            // A default is one deeper, though no key's.
            open.push("");
            String byDefault = resolve(parts[1], open);
            open.pop();
            return byDefault;
        }
        if (!key) {
            return found.get();
        }
        if (open.contains(name)) {
            throw new Unresolved("expected no circle: ${" + name + "} stands for itself");
        }
        open.push(name);
        String value = resolve(found.get(), open);
        open.pop();
        return value;
    }

    /** Where this is part of a password that only looks like a placeholder, the report must not repeat it. */
    private static String missing(String name) {
        String kind = name.startsWith("ha.") ? "the key " : "the environment variable or system property ";
        return name.matches("[A-Z][A-Z0-9_]*|[a-z-]+(\\.[a-z0-9-]+)+")
                ? "expected " + kind + name + " to be set, or a default: ${" + name + ":...}"
                : "expected " + kind + "that it names to be set, or a default; a plain ${ is written $${";
    }

    /** The index of the brace that closes the one before {@code from}; a default may hold placeholders of its own. */
    private static int end(String text, int from) {
        int depth = 1;
        for (int i = from; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        throw new Unresolved("expected a } for every ${, or $${ for a plain ${");
    }

    /** A placeholder stands for nothing. */
    static final class Unresolved extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Unresolved(String expected) {
            super(expected);
        }
    }
}
