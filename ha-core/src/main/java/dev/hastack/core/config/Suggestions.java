package dev.hastack.core.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that somebody probably meant. */
final class Suggestions {
    /** What a group of keys is switched on by. */
    static final String SWITCH = ".enabled";

    private Suggestions() {}

    /** What switches the group on that {@code name} stands for, or the nearest of {@code known} that is near enough to be worth a word. */
    static Optional<String> nearest(String name, Collection<String> known) {
        return known.contains(name + SWITCH)
                ? Optional.of(name + SWITCH)
                : nearest(name, known, Math.max(2, name.length() / 5));
    }

    /** The nearest of {@code known}, if it is no more than {@code most} edits away. */
    static Optional<String> nearest(String name, Collection<String> known, int most) {
        int within = most;
        String nearest = null;
        for (String candidate : known) {
            int distance = distance(name, candidate, within);
            if (distance <= within) {
                nearest = candidate;
                // Only a nearer one counts from now on, and is soon told from the rest.
                within = distance - 1;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** Levenshtein's, without regard to case; of what is farther than {@code limit} only that it is. */
    static int distance(String one, String other, int limit) {
        if (Math.abs(one.length() - other.length()) > limit) {
            return limit + 1;
        }
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        // What they begin and end with alike costs nothing: of keys that is nearly all.
        int from = 0;
        while (from < Math.min(a.length(), b.length()) && a.charAt(from) == b.charAt(from)) {
            from++;
        }
        int back = 0;
        while (back < Math.min(a.length(), b.length()) - from
                && a.charAt(a.length() - 1 - back) == b.charAt(b.length() - 1 - back)) {
            back++;
        }
        return differing(a.substring(from, a.length() - back), b.substring(from, b.length() - back), limit);
    }

    private static int differing(String a, String b, int limit) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            int least = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
                least = Math.min(least, row[j]);
            }
            if (least > limit) {
                return limit + 1;
            }
            above = row;
        }
        return above[b.length()];
    }
}
