package dev.hastack.core.topology;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The order of epochs, some of which are absent: an absent epoch is neither below nor above any other. Two of one number are
 * the same unless their histories are known to be two.
 */
final class Epochs {
    private Epochs() {}

    static boolean below(OptionalLong epoch, OptionalLong other) {
        return epoch.isPresent() && other.isPresent() && epoch.getAsLong() < other.getAsLong();
    }

    /** Whether nothing tells these two apart: they have one number, and the same history as far as it is known. */
    static boolean same(
            OptionalLong epoch, Optional<String> history, OptionalLong other, Optional<String> otherHistory) {
        return epoch.isPresent() && epoch.equals(other) && !differ(history, otherHistory);
    }

    static boolean differ(Optional<String> history, Optional<String> other) {
        return history.isPresent() && other.isPresent() && !history.equals(other);
    }

    /** For people, of two claims: {@code  at the same epoch 7}, or that there are none. */
    static String equally(OptionalLong epoch) {
        return epoch.isPresent() ? " at the same epoch " + epoch.getAsLong() : " and there are no epochs";
    }

    /** For people: {@code epoch 7}, or {@code no epoch}. */
    static String words(OptionalLong epoch) {
        return epoch.isPresent() ? "epoch " + epoch.getAsLong() : "no epoch";
    }
}
