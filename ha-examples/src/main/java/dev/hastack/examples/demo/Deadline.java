package dev.hastack.examples.demo;

import java.time.Duration;

/** The end of a wait for another process, which has no event to tell. */
final class Deadline {

    private static final Duration POLL = Duration.ofMillis(50);

    private final Duration timeout;
    private final Duration poll;
    private final long end;

    Deadline(Duration timeout) {
        this(timeout, POLL);
    }

    /** @param poll between two looks, which cost something */
    Deadline(Duration timeout, Duration poll) {
        this.timeout = timeout;
        this.poll = poll;
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
        Thread.sleep(poll.toMillis());
    }
}
