package dev.hastack.postgres;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much a server may send to a probe: the driver keeps rows, notices, notifications and parameters until the end of an answer, whenever
 * that comes. What counts is what has come since the probe last turned to it, a login included, and beneath TLS. Thread-safe.
 */
final class AnswerLimit {
    /**
     * Hundreds of times what a login and an answer are. Not the megabytes of other stores: of six bytes the driver makes a notice with a
     * stack trace, some two hundred times as large.
     */
    static final int MOST_BYTES = 256 << 10;

    private final AtomicInteger received = new AtomicInteger();

    /** What comes from now on is another answer. */
    void asking() {
        received.set(0);
    }

    /** Whether more has come. */
    boolean exceeded() {
        return received.get() > MOST_BYTES;
    }

    /** @throws IOException if it is more than an answer can have */
    void came(int bytes) throws IOException {
        if (received.addAndGet(bytes) > MOST_BYTES) {
            throw new IOException("it sends more than the " + (MOST_BYTES >> 10)
                    + " KiB that an answer to a probe can have, or what is no answer of PostgreSQL");
        }
    }
}
