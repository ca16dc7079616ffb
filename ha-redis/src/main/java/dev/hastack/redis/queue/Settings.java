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
                "redis.queue(\"mail\")");
        check(concurrency >= 1, "concurrency must be at least 1", concurrency, ".withConcurrency(1)");
        check(maxAttempts >= 1, "maxAttempts must be at least 1", maxAttempts, ".withMaxAttempts(1)");
        check(
                claimAfter.compareTo(SHORTEST_CLAIM) >= 0,
                "claimAfter must be at least 100 ms",
                claimAfter,
                ".withClaimAfter(Duration.ofSeconds(30))");
        check(
                deadLetterLimit >= 1,
                "deadLetterLimit must be at least 1",
                deadLetterLimit,
                ".withDeadLetterLimit(10_000)");
        check(
                !patience.isNegative(),
                "the time that a durable enqueue is tried for must not be negative",
                patience,
                ".withDurability(durability, Duration.ofSeconds(30))");
    }

    static Settings of(String name) {
        return new Settings(
                name,
                1,
                5,
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5)),
                Duration.ofSeconds(30),
                10_000,
                Durability.everyReplica(),
                Duration.ofSeconds(30));
    }

    Settings withConcurrency(int threads) {
        return new Settings(name, threads, maxAttempts, backoff, claimAfter, deadLetterLimit, durability, patience);
    }

    Settings withMaxAttempts(int attempts) {
        return new Settings(name, concurrency, attempts, backoff, claimAfter, deadLetterLimit, durability, patience);
    }

    Settings withBackoff(Backoff other) {
        return new Settings(name, concurrency, maxAttempts, other, claimAfter, deadLetterLimit, durability, patience);
    }

    Settings withClaimAfter(Duration time) {
        return new Settings(name, concurrency, maxAttempts, backoff, time, deadLetterLimit, durability, patience);
    }

    Settings withDeadLetterLimit(int letters) {
        return new Settings(name, concurrency, maxAttempts, backoff, claimAfter, letters, durability, patience);
    }

    Settings withDurability(Durability other, Duration howLong) {
        return new Settings(name, concurrency, maxAttempts, backoff, claimAfter, deadLetterLimit, other, howLong);
    }

    private static void check(boolean right, String rule, Object value, String wayOut) {
        if (!right) {
            throw new IllegalArgumentException(rule + ", but is " + value + "; set it as in " + wayOut);
        }
    }
}
