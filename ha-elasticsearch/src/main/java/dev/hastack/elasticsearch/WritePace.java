package dev.hastack.elasticsearch;

import java.time.Duration;

/**
 * How long a node takes for writes of one document, where that is longer than usual: such a write must not be sent again just before
 * its answer comes. Times are in ns, and moments those of {@link System#nanoTime()}. Thread-safe.
 */
final class WritePace {
    /** How long a write of one document, or a refresh, has no answer until it may be lost on its way, and its connection dead. */
    static final long SILENT = Duration.ofSeconds(2).toNanos();

    /** An answer that took no longer changes nothing. */
    private static final long QUICK = SILENT / 2;

    private static final long REMEMBERED = Duration.ofMinutes(1).toNanos();

    private volatile Slow last = new Slow(0, 0);

    private record Slow(long time, long seenAt) {
        boolean remembered(long now) {
            return time != 0 && now - seenAt < REMEMBERED;
        }
    }

    /** A write was answered. */
    void took(long answeredAt, long sentAt) {
        long time = answeredAt - sentAt;
        if (time > QUICK) {
            Slow before = last;
            if (time >= before.time() || !before.remembered(answeredAt)) {
                last = new Slow(time, answeredAt);
            }
        }
    }

    /** How long a write has no answer until that is a sign: twice what the slowest of the last minute took, if that is longer. */
    long silent(long now) {
        Slow slowest = last;
        return slowest.remembered(now) ? Math.max(SILENT, 2 * slowest.time()) : SILENT;
    }
}
