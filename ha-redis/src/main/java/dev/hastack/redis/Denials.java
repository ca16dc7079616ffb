package dev.hastack.redis;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The commands that a node denies this user though another node does them: its users are not those of the others. What no node permits
 * is the caller's own matter, and not here. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, RED-38.
 */
final class Denials {
    /** For so long after it was denied last a command counts as denied. */
    static final Duration LASTING = Duration.ofMinutes(1);

    private static final int MOST = 100;

    private final Map<String, Denial> byCommand = new ConcurrentHashMap<>();

    /** @param at as {@link System#nanoTime()} */
    private record Denial(String reply, long at) {
        boolean counts(long now) {
            return now - at < LASTING.toNanos();
        }
    }

    /**
     * The node has denied this command, and another has done it.
     *
     * @param now as {@link System#nanoTime()}
     */
    void add(String command, String reply, long now) {
        byCommand.values().removeIf(denial -> !denial.counts(now));
        if (byCommand.size() < MOST) {
            byCommand.put(command, new Denial(reply, now));
        }
    }

    /** Returns {@code denies GET, MGET, which another node does: NOPERM …}; empty if it denies nothing. */
    Optional<String> words(long now) {
        if (byCommand.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Denial> all = new TreeMap<>(byCommand);
        all.values().removeIf(denial -> !denial.counts(now));
        return all.values().stream()
                .findFirst()
                .map(first -> "denies " + all.keySet().stream().collect(Collectors.joining(", "))
                        + ", which another node does: " + first.reply());
    }
}
