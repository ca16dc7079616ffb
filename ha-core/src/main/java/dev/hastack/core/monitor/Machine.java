package dev.hastack.core.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the stores of one stack tell each other about the machine that they share, and its network: how late timers fire, and which stores have
 * fallen silent as a whole. Where two have done so in the same moment, that is news about this machine, and no answer of one node makes the
 * others' silence their own. Has no clock and no thread; thread-safe.
 */
public final class Machine {
    /** Less is the scheduler's noise. */
    private static final Duration NOISE = Duration.ofMillis(50);

    private final ReentrantLock lock = new ReentrantLock();
    private final Slowness lateness = new Slowness();
    private final Map<String, Whole> wholes = new HashMap<>();

    /** The silence of a whole store: it began after the one time, and by the other; what was known holds until the third. */
    private record Whole(Instant after, Instant by, Instant until) {
        boolean meets(Whole other) {
            return !after.isAfter(other.by) && !other.after.isAfter(by);
        }
    }

    /** Something was done so much later than planned, since a thread of this process did not run. */
    public void late(Duration by, Instant now) {
        if (by.compareTo(NOISE) >= 0) {
            lock.lock();
            try {
                lateness.saw(by, now);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Returns how long an answer may take now since this process is late, with no node to blame. */
    public Duration explains(Instant now) {
        lock.lock();
        try {
            return lateness.explains(now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Every node of a store that was up owes its answer; may be reported again for as long as that lasts.
     *
     * @param after when a node of it was last asked what it did answer
     * @param now when all of them are found to be silent
     * @param until for how long that may be news about this machine
     */
    public void silent(String store, Instant after, Instant now, Instant until) {
        lock.lock();
        try {
            wholes.merge(
                    store,
                    new Whole(after, now, until),
                    (known, found) -> known.after().equals(after) ? known : found);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether a node's silence began when its whole store fell silent and another store did, too, and for no longer than both of them
     * allowed for.
     *
     * @param askedAt when the node was asked what it has not answered
     */
    public boolean silences(String store, Instant askedAt, Instant now) {
        lock.lock();
        try {
            wholes.values().removeIf(whole -> !now.isBefore(whole.until()));
            Whole own = wholes.get(store);
            return own != null
                    && !askedAt.isAfter(own.by())
                    && wholes.entrySet().stream()
                            .anyMatch(other -> !other.getKey().equals(store)
                                    && other.getValue().meets(own));
        } finally {
            lock.unlock();
        }
    }
}
