package dev.hastack.redis;

import java.util.concurrent.atomic.AtomicLong;

/** How many commands are under way, and how many were answered by now: in one word, since each command changes it as it is. Thread-safe. */
final class InFlight {
    private static final int BITS = 24;
    private static final long ANSWERED = 1L << BITS;

    private final AtomicLong both = new AtomicLong();

    void begin() {
        both.incrementAndGet();
    }

    /** One that has begun is no longer under way. */
    void end(boolean answered) {
        both.addAndGet(answered ? ANSWERED - 1 : -1);
    }

    int underWay() {
        return (int) (both.get() & ANSWERED - 1);
    }

    long answered() {
        return both.get() >>> BITS;
    }
}
