package dev.hastack.examples.demo;

import java.time.Duration;

/** The end of a wait for another process, which has no event to tell. */
final class Deadline {

    private static final long POLL_MILLIS = 50;

    private final Duration timeout;
    private final long end;

    Deadline(Duration timeout) {
        this.timeout = timeout;
        this.end = System.nanoTime() + timeout.toNanos();
    }

    boolean isOver() {
        return System.nanoTime() > end;
    }

    /**
     * Pauses before the next look.
     *
     * @throws IllegalStateException when it is over, with what is the matter
     */
    void pause(String matter) throws InterruptedException {
        if (isOver()) {
            throw new IllegalStateException("after " + timeout.toSeconds() + " s: " + matter);
        }
        Thread.sleep(POLL_MILLIS);
    }
}
