package dev.hastack.redis.queue;

import java.time.Duration;

/**
 * How long a job that failed waits for its next attempt: twice as long each time, and of that a random part between half
 * and all, so that what failed together does not come back together.
 *
 * @param first at most, after the first attempt
 * @param longest at most, ever
 */
record Backoff(Duration first, Duration longest) {
    private static final int MOST_DOUBLINGS = 20;

    Backoff {
        if (first.toMillis() <= 0 || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("backoff must rise from at least 1 ms, but is " + first + " to "
                    + longest + "; set it as in .withBackoff(Duration.ofSeconds(1), Duration.ofMinutes(5))");
        }
    }

    /**
     * @param attempts how many there were, at least one
     * @param random from 0 to 1
     */
    Duration after(int attempts, double random) {
        long whole = first.toMillis() << Math.min(MOST_DOUBLINGS, attempts - 1);
        double most = Math.min(whole, longest.toMillis());
        return Duration.ofMillis(Math.max(1, Math.round(most * (0.5 + random / 2))));
    }
}
