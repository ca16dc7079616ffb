package dev.hastack.core.select;

import dev.hastack.core.topology.NodeView;
import java.time.Duration;
import java.time.Instant;

/**
 * Keeps a replica that fell out of selection for a while after it came back, the longer the more often it fell of late,
 * so that a flapping one does not take calls down with it each time. While nothing else is eligible, it is taken
 * nevertheless.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-21.
 */
final class Readmission {
    static final Duration PER_FALL = Duration.ofSeconds(1);
    static final Duration CAP = Duration.ofSeconds(30);

    private Readmission() {}

    /** From when on this replica is taken. */
    static Instant from(NodeView replica) {
        long falls = Math.min(replica.falls(), CAP.dividedBy(PER_FALL));
        return replica.since().plus(PER_FALL.multipliedBy(falls));
    }
}
