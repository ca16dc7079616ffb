package dev.hastack.postgres;

import java.time.Duration;

/**
 * How quickly a node has answered its callers of late: the quickest answer counts, since what was asked may have taken its time there. Where two
 * threads note one at the same moment, one of them may be missed. Thread-safe; times are those of {@link System#nanoTime()}.
 */
final class AnswerTimes {
    private static final long WINDOW = 250_000_000L;
    /** Nothing is known of a node that nobody has asked for so long. */
    private static final long REMEMBERED = 5_000_000_000L;

    private static final long NONE = Long.MAX_VALUE;

    private volatile long began;
    private volatile long quickest = NONE;
    private volatile long before = NONE;

    /** An answer has come, or would have taken longer than this. */
    void came(long took, long now) {
        if (quickest == NONE || now - began >= WINDOW) {
            before = now - began >= REMEMBERED ? NONE : quickest;
            quickest = took;
            began = now;
        } else if (took < quickest) {
            quickest = took;
        }
    }

    /** Returns how long the quickest answer took in the last two windows in which any came; zero if that is long ago. */
    Duration quickest(long now) {
        long least = Math.min(quickest, before);
        return least == NONE || now - began >= REMEMBERED ? Duration.ZERO : Duration.ofNanos(least);
    }
}
