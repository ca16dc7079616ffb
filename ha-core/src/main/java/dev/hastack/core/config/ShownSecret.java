package dev.hastack.core.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which secret a server was shown last by one who asks it, so that one that was refused is asked again once there is another:
 * the file of a secret, or whoever makes a token that does not live long, may be late by a moment. Thread-safe.
 */
public final class ShownSecret {
    private final Optional<Secret> secret;
    private volatile @Nullable String shown;

    /** Nothing was shown yet; absent: there is nothing to show. */
    public ShownSecret(Optional<Secret> secret) {
        this.secret = secret;
    }

    /** The secret as it is now, which is shown by this. */
    public Optional<String> show() {
        String now = secret.map(Secret::value).orElse(null);
        shown = now;
        return Optional.ofNullable(now);
    }

    /** Whether it is another one by now than was shown. */
    public boolean renewed() {
        String before = shown;
        return before != null && secret.isPresent() && !secret.get().value().equals(before);
    }
}
