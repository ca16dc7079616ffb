package dev.hastack.core.config;

import java.util.Optional;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key as it is written, an environment variable by its own name; {@code <hidden>} stands for what is no part of it
 * @param value as it is written, before placeholders are resolved; {@code <hidden>} for a secret and what may be one; absent
 *     where it is not the value that is wrong
 * @param origin where it is written; absent if it is written nowhere
 * @param expected what would be right
 * @param suggestion the known key that is nearest to an unknown one
 */
public record Fault(
        String key, Optional<String> value, Optional<String> origin, String expected, Optional<String> suggestion) {
    public Fault {
        key = Redaction.key(key);
        suggestion = suggestion.map(Redaction::key);
    }

    static Fault of(String key, String expected) {
        return new Fault(key, Optional.empty(), Optional.empty(), expected, Optional.empty());
    }

    static Fault of(ConfigSource.Entry entry, String expected) {
        return of(entry.key(), entry.value(), entry.origin(), expected);
    }

    static Fault of(String key, String value, String origin, String expected) {
        return new Fault(
                key, Optional.of(Redaction.value(key, value)), Optional.of(origin), expected, Optional.empty());
    }

    /** A fault of the key and not of its value, which therefore is not shown. */
    static Fault ofKey(ConfigSource.Entry entry, String expected, Optional<String> suggestion) {
        return new Fault(entry.key(), Optional.empty(), Optional.of(entry.origin()), expected, suggestion);
    }

    Fault meant(Optional<String> known) {
        return new Fault(key, value, origin, expected, known);
    }

    Fault inStack(String stack) {
        return new Fault(key, value, origin, expected + ", in stack " + stack, suggestion);
    }

    /** One line for people. */
    @Override
    public String toString() {
        return key
                + value.map(v -> v.equals("<hidden>") ? " = " + v : " = \"" + v + "\"")
                        .orElse("")
                + origin.map(o -> " (" + o + ")").orElse("")
                + ": "
                + expected
                + suggestion.map(s -> "; did you mean " + s + "?").orElse("");
    }
}
