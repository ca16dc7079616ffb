package dev.hastack.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The replicas that one primary has named of late, by the addresses that it knows them by. One that it names no more may have been promoted: what the
 * primary acknowledges from then on would be lost. Or its link is cut, or somebody had it follow another node: then it may be away for good,
 * and nobody should wait for it. Only the replicas themselves can tell, and which address is whose is not known everywhere.
 *
 * @param named by its last word
 * @param missed those that it names no more, and since when
 */
record Followers(Set<String> named, Map<String, Instant> missed) {
    static final Followers NONE = new Followers(Set.of(), Map.of());

    /**
     * After so long without being named a replica is no primary's any more, if it has not been promoted. The primary has not heard from it for
     * up to two seconds before: one that hitched for a moment is back by then, and Sentinel knows that it has less than the others.
     */
    static final Duration LEFT_AFTER = Duration.ofSeconds(2);

    Followers {
        named = Set.copyOf(named);
        missed = Map.copyOf(missed);
    }

    /** After it has named these. */
    Followers naming(Set<String> names, Instant now) {
        if (missed.isEmpty() && named.equals(names)) {
            return this;
        }
        Map<String, Instant> next = new HashMap<>(missed);
        named.forEach(name -> next.putIfAbsent(name, now));
        next.keySet().removeAll(names);
        return new Followers(names, next);
    }

    /**
     * Without those that were not promoted, and were missed for too long.
     *
     * @param asked when the probes were sent, the earliest of them, that all replicas have answered as such
     */
    Followers withoutThoseThatLeft(Instant asked) {
        if (missed.isEmpty()) {
            return this;
        }
        Map<String, Instant> next = new HashMap<>(missed);
        next.values().removeIf(since -> !asked.isBefore(since.plus(LEFT_AFTER)));
        return new Followers(named, next);
    }

    /**
     * How many a write has to reach.
     *
     * @param replicas how many are in touch with a primary by their own word
     */
    int count(int replicas) {
        return Math.max(named.size(), Math.min(named.size() + missed.size(), replicas));
    }
}
