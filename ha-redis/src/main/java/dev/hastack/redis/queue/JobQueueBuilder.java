package dev.hastack.redis.queue;

import dev.hastack.redis.Durability;
import dev.hastack.redis.HaRedis;
import java.time.Duration;

/**
 * A queue that is yet to be opened: {@link HaRedis#queue}. What all processes of one queue should agree on is marked.
 * Immutable: each method returns another builder, and throws an {@link IllegalArgumentException} if a setting makes no sense.
 */
public interface JobQueueBuilder {

    /** Returns the builder of a queue in this Redis, as {@link HaRedis#queue} does; for programs that wrap that. */
    static JobQueueBuilder of(HaRedis redis, String name) {
        return new UnopenedQueue(redis, Settings.of(name));
    }

    /** Sets how many jobs this process does at a time; 1 unless set. */
    JobQueueBuilder withConcurrency(int threads);

    /** Sets after how many attempts a job that fails becomes a dead letter; 5 unless set. All processes should agree. */
    JobQueueBuilder withMaxAttempts(int attempts);

    /**
     * Sets how long a job that failed waits: the first time between half of {@code first} and all of it, then twice as long
     * each time, up to {@code longest}; 1 s and 5 min unless set.
     */
    JobQueueBuilder withBackoff(Duration first, Duration longest);

    /**
     * Sets how long nothing may be heard from a consumer before others take its jobs; 30 s unless set. A living one is heard
     * from every third of that, however long its jobs take. It should be longer than a failover takes. All processes must
     * agree.
     */
    JobQueueBuilder withClaimAfter(Duration time);

    /** Sets how many dead letters are kept, the newest; 10,000 unless set. All processes should agree. */
    JobQueueBuilder withDeadLetterLimit(int letters);

    /**
     * Sets what {@link Enqueue#durably()} means; every replica in touch with the primary, within 500 ms, unless set.
     *
     * @param durability what a job must have before it counts as enqueued
     * @param patience how long it is tried again when it has not, or when the primary is lost; 30 s unless set
     */
    JobQueueBuilder withDurability(Durability durability, Duration patience);

    /** Opens the queue, which is made in Redis by its first job. */
    JobQueue open();
}
