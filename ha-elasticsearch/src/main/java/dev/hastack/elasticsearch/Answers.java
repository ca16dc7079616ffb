package dev.hastack.elasticsearch;

import java.util.concurrent.atomic.LongAdder;

/** How many requests have gone well, and since when others have been sent while none does. Times are those of {@link System#nanoTime()}. */
final class Answers {
    private static final long NOT_ASKED = Long.MIN_VALUE;

    private final LongAdder count = new LongAdder();
    private volatile long askedSince = NOT_ASKED;

    void asked(long now) {
        if (askedSince == NOT_ASKED) {
            askedSince = now;
        }
    }

    void came() {
        count.increment();
        if (askedSince != NOT_ASKED) {
            askedSince = NOT_ASKED;
        }
    }

    long count() {
        return count.sum();
    }

    boolean silent(long time, long now) {
        long since = askedSince;
        return since != NOT_ASKED && now - since >= time;
    }
}
