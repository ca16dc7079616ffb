package dev.hastack.core.health;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Something worth knowing about a store beyond its topology. Programs go by the code, people read the text. A note does
 * not change the {@link Health} of its store. Immutable.
 */
public final class HealthNote {
    private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*");

    private final String code;
    private final Severity severity;
    private final String text;

    private HealthNote(String code, Severity severity, String text) {
        this.code = code;
        this.severity = severity;
        this.text = text;
    }

    /** Returns a note of ha-stack's own, which store modules make. Adds a full stop to a text that ends in none. */
    public static HealthNote of(HealthCode code, String text) {
        return new HealthNote(code.code(), code.severity(), text.endsWith(".") ? text : text + ".");
    }

    /**
     * Returns a note of a program's own that calls for nothing.
     *
     * @param code in kebab case, such as {@code cache-size}; best none that {@link HealthCode} has
     * @param text a whole sentence, without credentials
     * @throws IllegalArgumentException if the code is not in kebab case or the text is blank
     */
    public static HealthNote info(String code, String text) {
        return own(code, Severity.INFO, text);
    }

    /** Returns a note of a program's own that should be looked at; arguments and errors are those of {@link #info}. */
    public static HealthNote warning(String code, String text) {
        return own(code, Severity.WARNING, text);
    }

    /** Returns a note of a program's own that calls for a person; arguments and errors are those of {@link #info}. */
    public static HealthNote error(String code, String text) {
        return own(code, Severity.ERROR, text);
    }

    private static HealthNote own(String code, Severity severity, String text) {
        if (!KEBAB.matcher(code).matches()) {
            throw new IllegalArgumentException("the code of a note is \"" + code
                    + "\", which is not in kebab case: give lower-case words joined by hyphens, such as"
                    + " \"cache-size\"");
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException("the text of the note " + code + " is blank: give a whole sentence");
        }
        return new HealthNote(code, severity, text);
    }

    /** Returns what kind of note it is, in kebab case: one of {@link HealthCode}, or a program's own. */
    public String code() {
        return code;
    }

    /** Returns how much it matters. */
    public Severity severity() {
        return severity;
    }

    /** Returns a whole sentence for people, without credentials; its words may change with any release. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HealthNote that
                && code.equals(that.code)
                && severity == that.severity
                && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(code, severity, text);
    }

    /** Returns the note in one line: {@code WARNING sentinels-silent: 2 of 3 Sentinels answer.} */
    @Override
    public String toString() {
        return severity + " " + code + ": " + text;
    }
}
