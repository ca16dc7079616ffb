package dev.hastack.examples.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What ha-stack warned of while nobody had broken anything, and the servers do not bear it out. */
final class FalseAlarms {

    /** Before a lag is told it was measured, and after it is told it is read here; both take their time on a busy machine. */
    private static final Duration AROUND = Duration.ofSeconds(15);

    /** As {@code 2 s} may be 1.95. */
    private static final Duration ROUNDED = Duration.ofMillis(50);

    private FalseAlarms() {}

    /**
     * Those that are untrue.
     *
     * @param lags of each store that has replicas, as the servers' own positions show them
     */
    static List<Alarms.Alarm> of(List<Alarms.Alarm> alarms, Map<String, Lags> lags) {
        return alarms.stream()
                .filter(alarm -> alarm.late()
                        .filter(late -> isBorneOut(late, alarm.at(), lags))
                        .isEmpty())
                .toList();
    }

    private static boolean isBorneOut(Alarms.Late late, Instant at, Map<String, Lags> lags) {
        Lags seen = lags.get(late.store());
        return seen != null
                && seen.greatest(late.node(), at.minus(AROUND), at.plus(AROUND))
                                .plus(ROUNDED)
                                .compareTo(late.lag())
                        >= 0;
    }
}
