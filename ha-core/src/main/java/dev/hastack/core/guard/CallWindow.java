package dev.hastack.core.guard;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many calls ended in the last seconds, and how many of them failed. A call that goes well is not reported here: those
 * are read off a count that is kept anyway, at every {@link #look}, so that they cost nothing more. Thread-safe; times are
 * in ms of one clock.
 */
final class CallWindow {
    static final long SLOT = 200;

    /** Ten seconds, of which the present slot has only begun. */
    static final int LONG = 51;

    /** At least so many calls, for half of them to say anything. */
    static final int FEW = 5;

    /** A second: a node that serves many and begins to fail all of them is not waited for until half of ten seconds have failed. */
    static final int SHORT = 6;

    static final int MANY = 20;

    private final LongSupplier returned;
    private final ReentrantLock lock = new ReentrantLock();
    /** What the count was at the last look before each slot began. */
    private final long[] returnedBefore = new long[LONG];

    private final int[] failed = new int[LONG];
    /** Those of the failed that the count has, or will have, as well. */
    private final int[] failedAndReturned = new int[LONG];

    private volatile long seen;
    private volatile long slot;

    /** @param returned how many calls have come back by now, however they ended; only ever grows */
    CallWindow(LongSupplier returned, long now) {
        this.returned = returned;
        this.seen = returned.getAsLong();
        this.slot = now / SLOT;
        Arrays.fill(returnedBefore, seen);
    }

    /** Notes how many calls have come back by now. Cheap enough to be called every few milliseconds. */
    void look(long now) {
        if (now / SLOT > slot) {
            lock.lock();
            try {
                advance(now);
            } finally {
                lock.unlock();
            }
        } else {
            seen = returned.getAsLong();
        }
    }

    /**
     * A call has failed.
     *
     * @param counted whether the count has it, or will have it, as one that came back
     * @return whether half of the calls have failed: of the last ten seconds, where these were five or more, or of the last
     *     second, where these were twenty or more
     */
    boolean failed(boolean counted, long now) {
        lock.lock();
        try {
            advance(now);
            failed[index(slot)]++;
            failedAndReturned[index(slot)] += counted ? 1 : 0;
            return half(LONG, FEW) || half(SHORT, MANY);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the failures by now, which do not become calls that went well by that. */
    void forgive() {
        lock.lock();
        try {
            Arrays.fill(failed, 0);
        } finally {
            lock.unlock();
        }
    }

    private boolean half(int slots, int least) {
        long ill = 0;
        long counted = 0;
        // What has failed just now may have yet to come back, or has done so.
        long perhaps = failedAndReturned[index(slot)];
        for (long each = slot - slots + 1; each <= slot; each++) {
            ill += failed[index(each)];
            counted += failedAndReturned[index(each)];
        }
        long well = seen - returnedBefore[index(slot - slots + 1)] - counted;
        return ill + Math.max(0, well) >= least && ill >= well + perhaps;
    }

    /** What came back between two looks counts for the slots of the second: rather as too late than as too early. */
    private void advance(long now) {
        long present = now / SLOT;
        for (long each = Math.max(slot + 1, present - LONG + 1); each <= present; each++) {
            returnedBefore[index(each)] = seen;
            failed[index(each)] = 0;
            failedAndReturned[index(each)] = 0;
        }
        slot = Math.max(slot, present);
        seen = returned.getAsLong();
    }

    private static int index(long slot) {
        return (int) Math.floorMod(slot, (long) LONG);
    }
}
