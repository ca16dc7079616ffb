package dev.hastack.redis.queue;

import dev.hastack.redis.Durability;
import dev.hastack.redis.HaRedis;
import java.time.Duration;

/** Says how a queue is; what all processes of one queue should agree on is marked. Not thread-safe. */
public final class JobQueueBuilder {
    private final HaRedis redis;
    private final String name;
    private int concurrency = 1;
    private int maxAttempts = 5;
    private Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));
    private Duration claimAfter = Duration.ofSeconds(30);
    private int deadLetterLimit = 10_000;
    private Durability durability = Durability.everyReplica();
    private Duration patience = Duration.ofSeconds(30);

    JobQueueBuilder(HaRedis redis, String name) {
        this.redis = redis;
        this.name = name;
    }

    /** How many jobs this process does at a time; 1 unless set. */
    public JobQueueBuilder concurrency(int threads) {
        this.concurrency = threads;
        return this;
    }

    /** After how many a job that fails becomes a dead letter; 5 unless set. All processes should agree. */
    public JobQueueBuilder maxAttempts(int attempts) {
        this.maxAttempts = attempts;
        return this;
    }

    /**
     * How long a job that failed waits: the first time between half of {@code first} and all of it, then twice as long each
     * time, up to {@code longest}; 1 s and 5 min unless set.
     */
    public JobQueueBuilder backoff(Duration first, Duration longest) {
        this.backoff = new Backoff(first, longest);
        return this;
    }

    /**
     * How long a consumer may be unheard of before others take its jobs; 30 s unless set. A living one is heard of every
     * third of it, however long its jobs take. Longer than a failover takes. All processes must agree.
     */
    public JobQueueBuilder claimAfter(Duration time) {
        this.claimAfter = time;
        return this;
    }

    /** How many dead letters are kept, the newest; 10,000 unless set. All processes should agree. */
    public JobQueueBuilder deadLetterLimit(int letters) {
        this.deadLetterLimit = letters;
        return this;
    }

    /**
     * What {@link Enqueue#durably()} means; every replica in touch with the primary, within 500 ms, unless set.
     *
     * @param durability what a job must have before it counts as enqueued
     * @param patience how long it is tried again when it has not, or when the primary is lost; 30 s unless set
     */
    public JobQueueBuilder durability(Durability durability, Duration patience) {
        this.durability = durability;
        this.patience = patience;
        return this;
    }

    /**
     * Opens the queue, which is made in Redis by its first job.
     *
     * @throws IllegalArgumentException if a setting makes no sense
     */
    public JobQueue open() {
        return new JobQueue(
                redis,
                new Settings(
                        name, concurrency, maxAttempts, backoff, claimAfter, deadLetterLimit, durability, patience));
    }
}
