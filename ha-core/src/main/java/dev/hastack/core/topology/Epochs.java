package dev.hastack.core.topology;

import java.util.OptionalLong;

/** The order of epochs, some of which are absent: an absent epoch is neither below nor above any other. */
final class Epochs {
    private Epochs() {}

    static boolean below(OptionalLong epoch, OptionalLong other) {
        return epoch.isPresent() && other.isPresent() && epoch.getAsLong() < other.getAsLong();
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
