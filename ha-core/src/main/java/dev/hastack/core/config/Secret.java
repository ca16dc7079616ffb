package dev.hastack.core.config;

import java.util.Objects;

/** A password, token or key. It never appears in a log: {@link #toString} is the same for all. Immutable. */
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /** Wraps {@code value}. */
    public static Secret of(String value) {
        return new Secret(Objects.requireNonNull(value, "value"));
    }

    /** The secret itself, for the driver that needs it. */
    public String value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && value.equals(secret.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** Always {@code <hidden>}. */
    @Override
    public String toString() {
        return "<hidden>";
    }
}
