package dev.hastack.redis;

import dev.hastack.core.config.Address;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A failover that a Sentinel has announced, of a primary that may well be alive. Between the Sentinel's choice of a successor
 * and its promotion lies a tick of the Sentinel's timer, 100 ms; what the old primary acknowledges from the promotion on is
 * lost when it becomes a replica. So writes wait from the choice on, and the other nodes are probed often, until another leads,
 * the failover is given up, or a second has passed: what a Sentinel publishes is only a hint. Thread-safe.
 *
 * <p>Source: sentinelFailoverStateMachine in sentinel.c of Redis.
 *
 * <p>For the reasons, see docs/decisions.md, RED-14.
 */
final class Handover {
    private static final Logger log = LoggerFactory.getLogger(Handover.class);
    private static final long LONGEST = Duration.ofSeconds(1).toNanos();

    private volatile @Nullable Pause pause;

    /**
     * Writes that wait.
     *
     * @param leaving of the primary that is about to be replaced
     * @param until the end, by {@link System#nanoTime}
     */
    private record Pause(NodeChannel leaving, long until) {}

    /** @param leaving the present primary's channel */
    void announced(NodeChannel leaving, Address successor, String sentinel) {
        pause = new Pause(leaving, System.nanoTime() + LONGEST);
        log.atInfo()
                .addKeyValue("node", leaving.node())
                .addKeyValue("successor", successor)
                .log("redis: Sentinel {} is about to replace {}: writes wait", sentinel, leaving.node());
    }

    void givenUp() {
        pause = null;
    }

    /** Whether writes to this node wait. */
    boolean pauses(NodeChannel writer) {
        Pause present = pause;
        if (present == null) {
            return false;
        }
        if (present.leaving() == writer && System.nanoTime() - present.until() < 0) {
            return true;
        }
        // Another leads, or the time is over.
        pause = null;
        return false;
    }
}
