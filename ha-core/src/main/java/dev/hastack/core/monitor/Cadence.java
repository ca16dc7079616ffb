package dev.hastack.core.monitor;

import java.time.Duration;

/**
 * When to probe again. All pure; the bounds on a fleet's cost follow from the doubling.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-18.
 */
public final class Cadence {
    /** The least time between two probes of a node. */
    static final Duration AT_ONCE = Duration.ofMillis(2);

    static final Duration URGENT = Duration.ofMillis(20);
    static final Duration URGENT_SLOWEST = Duration.ofMillis(250);
    private static final Duration STALL_SLOWEST = Duration.ofSeconds(2);
    private static final int SHARE = 5;
    static final Duration URGENT_FIRST = Duration.ofSeconds(1);
    private static final Duration DENIED_SLOWEST = Duration.ofSeconds(30);

    private Cadence() {}

    /**
     * Between two probes of a node, this long after the urgency began: 20 ms in the first second, then doubling, unless a
     * caller waits for what they may find.
     *
     * @param awaited whether a caller waits; then a node is asked as often as at the beginning, however long it takes
     * @param took how long its last answer took: after the first second a process that waits has a node busy for a fifth of the
     *     time at most
     */
    static Duration urgent(Duration sinceUrgent, boolean awaited, Duration took) {
        if (awaited && sinceUrgent.compareTo(URGENT_FIRST) >= 0) {
            Duration rest = took.multipliedBy(SHARE);
            return rest.compareTo(URGENT) < 0 ? URGENT : min(rest, URGENT_SLOWEST);
        }
        Duration delay = URGENT;
        Duration until = URGENT_FIRST;
        while (sinceUrgent.compareTo(until) >= 0 && delay.compareTo(URGENT_SLOWEST) < 0) {
            delay = min(delay.multipliedBy(2), URGENT_SLOWEST);
            until = until.plus(delay);
        }
        return delay;
    }

    /** Between two probes of a node that denies: wrong credentials do not heal by haste, and may lock an account. */
    public static Duration denied(Duration interval, int times) {
        return min(interval.multipliedBy(1L << Math.min(times - 1, 10)), DENIED_SLOWEST);
    }

    /**
     * After how long without a returned connection a stalled node is a hint for the nth time (from 0): 20 ms, then 40,
     * 80, 160 and 250 ms later.
     *
     * @param patience when the first hint is due, at least 20 ms
     */
    static Duration stall(int hint, Duration patience) {
        Duration at = patience.minus(URGENT);
        Duration gap = URGENT;
        for (int i = 0; i <= hint; i++) {
            at = at.plus(gap);
            gap = min(gap.multipliedBy(2), URGENT_SLOWEST);
        }
        return at;
    }

    /**
     * When the first hint of the next stall is due. Hints that were false, since a connection came back after them, tell
     * that calls take so long here: then it takes twice as long to become one, up to 2 s; and half as long after a return
     * without a hint.
     */
    static Duration patience(Duration patience, boolean hinted) {
        // Not by dividedBy, which takes microseconds, at every tick.
        Duration next =
                hinted ? min(patience.multipliedBy(2), STALL_SLOWEST) : Duration.ofNanos(patience.toNanos() / 2);
        return next.compareTo(URGENT) < 0 ? URGENT : next;
    }

    /** How many hints a stall gives before the monitor rests until a connection comes back. */
    static final int STALL_HINTS = 5;

    /** Spread by up to a tenth in either direction, so that a fleet does not probe in step. */
    static Duration jittered(Duration interval, double random) {
        return Duration.ofNanos((long) (interval.toNanos() * (0.9 + 0.2 * random)));
    }

    static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
