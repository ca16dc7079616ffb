package dev.hastack.core.select;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where reads may go.
 *
 * @param prefer the roles that serve them
 * @param fallback whether, where no node of the preferred role is eligible, one of the other role is taken; means
 *     nothing for {@link Preference#ANY}
 * @param own the nodes of the reader's own stack; others serve it only while none of these is eligible. Empty: all
 *     nodes are alike
 * @param near the nodes in the reader's zone; of nodes that are alike in stack, others serve it only while none of these
 *     is eligible. Empty: all are alike
 * @param maxLag the greatest {@linkplain dev.hastack.core.topology.Staleness#bound staleness} of a replica; a replica
 *     of unknown staleness exceeds it. Empty: any staleness is accepted, known or not
 * @param window how much longer than the shortest the round trip to a node may be
 */
public record ReadPolicy(
        Preference prefer,
        boolean fallback,
        Set<String> own,
        Set<String> near,
        Optional<Duration> maxLag,
        Duration window) {
    /** Nodes in one data centre are alike, those in another are not. */
    public static final Duration DEFAULT_WINDOW = Duration.ofMillis(15);

    public ReadPolicy {
        own = Set.copyOf(own);
        near = Set.copyOf(near);
        maxLag.ifPresent(lag -> requirePositive(lag, "max-lag"));
        requirePositive(window, "window");
    }

    /** All stacks' nodes alike, any staleness, no fallback, the default window. */
    public static ReadPolicy of(Preference prefer) {
        return new ReadPolicy(prefer, false, Set.of(), Set.of(), Optional.empty(), DEFAULT_WINDOW);
    }

    public ReadPolicy withFallback() {
        return new ReadPolicy(prefer, true, own, near, maxLag, window);
    }

    public ReadPolicy withOwn(Set<String> nodes) {
        return new ReadPolicy(prefer, fallback, nodes, near, maxLag, window);
    }

    public ReadPolicy withNear(Set<String> nodes) {
        return new ReadPolicy(prefer, fallback, own, nodes, maxLag, window);
    }

    public ReadPolicy withMaxLag(Duration lag) {
        return new ReadPolicy(prefer, fallback, own, near, Optional.of(lag), window);
    }

    public ReadPolicy withWindow(Duration width) {
        return new ReadPolicy(prefer, fallback, own, near, maxLag, width);
    }

    /** In the words of the configuration: {@code prefer=replica(max-lag=10s, fallback=primary)}. */
    public String describe() {
        List<String> limits = new ArrayList<>();
        maxLag.ifPresent(lag -> limits.add("max-lag=" + key(lag)));
        if (fallback && prefer != Preference.ANY) {
            limits.add("fallback=" + (prefer == Preference.REPLICA ? "primary" : "replica"));
        }
        String role = prefer.name().toLowerCase(Locale.ROOT);
        return "prefer=" + role + (limits.isEmpty() ? "" : "(" + String.join(", ", limits) + ")");
    }

    private static String key(Duration value) {
        long millis = value.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static void requirePositive(Duration value, String name) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }
}
