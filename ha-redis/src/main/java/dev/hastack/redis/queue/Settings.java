package dev.hastack.redis.queue;

import dev.hastack.redis.Durability;
import java.time.Duration;
import java.util.regex.Pattern;

/** A queue's settings, checked; {@link JobQueueBuilder} says what they mean. */
record Settings(
        String name,
        int concurrency,
        int maxAttempts,
        Backoff backoff,
        Duration claimAfter,
        int deadLetterLimit,
        Durability durability,
        Duration patience) {
    /** So that it cannot end the hash tag, or the name of a thread. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private static final Duration SHORTEST_CLAIM = Duration.ofMillis(100);

    Settings {
        check(
                NAME.matcher(name).matches(),
                "the name of a queue must have 1 to 100 of the characters A-Z a-z 0-9 . _ -",
                "\"" + name + "\"",
                "JobQueue.builder(redis, \"mail\")");
        check(concurrency >= 1, "concurrency must be at least 1", concurrency, ".concurrency(1)");
        check(maxAttempts >= 1, "maxAttempts must be at least 1", maxAttempts, ".maxAttempts(1)");
        check(
                claimAfter.compareTo(SHORTEST_CLAIM) >= 0,
                "claimAfter must be at least 100 ms",
                claimAfter,
                ".claimAfter(Duration.ofSeconds(30))");
        check(deadLetterLimit >= 1, "deadLetterLimit must be at least 1", deadLetterLimit, ".deadLetterLimit(10_000)");
        check(
                !patience.isNegative(),
                "the time that a durable enqueue is tried for must not be negative",
                patience,
                ".durability(durability, Duration.ofSeconds(30))");
    }

    private static void check(boolean right, String rule, Object value, String wayOut) {
        if (!right) {
            throw new IllegalArgumentException(rule + ", but is " + value + "; set it as in " + wayOut);
        }
    }
}
