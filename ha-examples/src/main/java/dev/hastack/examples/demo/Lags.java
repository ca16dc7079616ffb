package dev.hastack.examples.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * How far the replicas of one store are behind, by the servers' own positions: since the primary was last seen at a position that the
 * replica has. That is no less than the truth, and greater by no more than the time between two looks. One thread looks, any number may ask.
 */
final class Lags {

    /** When the primary was last seen at each position. */
    private final ConcurrentNavigableMap<Long, Instant> primary = new ConcurrentSkipListMap<>();

    private final Map<String, ConcurrentNavigableMap<Instant, Duration>> replicas = new ConcurrentHashMap<>();

    void primaryAt(long position, Instant at) {
        primary.put(position, at);
    }

    /** A replica was seen at this position, later than the primary at its last. */
    void replicaAt(String node, long position, Instant at) {
        if (primary.isEmpty()) {
            return;
        }
        Map.Entry<Long, Instant> shared = primary.floorEntry(position);
        Instant since = (shared == null ? primary.firstEntry() : shared).getValue();
        boolean whole = position >= primary.lastKey();
        replicas.computeIfAbsent(node, any -> new ConcurrentSkipListMap<>())
                .put(at, whole ? Duration.ZERO : Duration.between(since, at));
    }

    /** The greatest lag of this replica that was seen between then and then; zero if it was not looked at. */
    Duration greatest(String node, Instant from, Instant to) {
        ConcurrentNavigableMap<Instant, Duration> seen = replicas.get(node);
        return seen == null
                ? Duration.ZERO
                : seen.subMap(from, true, to, true).values().stream()
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO);
    }
}
