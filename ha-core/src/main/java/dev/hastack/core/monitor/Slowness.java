package dev.hastack.core.monitor;

import java.time.Duration;
import java.time.Instant;

/**
 * How slow everything was of late, this process and the nodes alike: how late its timers fired, and how long answers took. A
 * node's silence that is no longer than this explains says nothing about the node. For one thread at a time.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-11.
 */
public final class Slowness {
    /** Remembered for at least so long, and at most twice as long. */
    static final Duration WINDOW = Duration.ofSeconds(5);
    /** By how much the next delay may exceed the greatest one lately, at each of two steps. */
    private static final int FACTOR = 2;

    private Instant turn = Instant.MIN;
    private Duration before = Duration.ZERO;
    private Duration lately = Duration.ZERO;

    /** Something took so long that could have been done at once. */
    public void saw(Duration delay, Instant now) {
        turnOver(now);
        if (delay.compareTo(lately) > 0) {
            lately = delay;
        }
    }

    /** How long an answer may take now with nobody to blame. */
    public Duration explains(Instant now) {
        turnOver(now);
        return (lately.compareTo(before) > 0 ? lately : before).multipliedBy(FACTOR);
    }

    private void turnOver(Instant now) {
        if (turn.equals(Instant.MIN) || !now.isBefore(turn.plus(WINDOW))) {
            boolean adjacent = !turn.equals(Instant.MIN) && now.isBefore(turn.plus(WINDOW.multipliedBy(2)));
            before = adjacent ? lately : Duration.ZERO;
            lately = Duration.ZERO;
            turn = now;
        }
    }
}
