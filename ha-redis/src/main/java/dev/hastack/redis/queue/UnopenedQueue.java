package dev.hastack.redis.queue;

import dev.hastack.redis.Durability;
import dev.hastack.redis.HaRedis;
import java.time.Duration;

/** The builder of a queue in Redis. */
record UnopenedQueue(HaRedis redis, Settings settings) implements JobQueueBuilder {
    @Override
    public JobQueueBuilder withConcurrency(int threads) {
        return with(settings.withConcurrency(threads));
    }

    @Override
    public JobQueueBuilder withMaxAttempts(int attempts) {
        return with(settings.withMaxAttempts(attempts));
    }

    @Override
    public JobQueueBuilder withBackoff(Duration first, Duration longest) {
        return with(settings.withBackoff(new Backoff(first, longest)));
    }

    @Override
    public JobQueueBuilder withClaimAfter(Duration time) {
        return with(settings.withClaimAfter(time));
    }

    @Override
    public JobQueueBuilder withDeadLetterLimit(int letters) {
        return with(settings.withDeadLetterLimit(letters));
    }

    @Override
    public JobQueueBuilder withDurability(Durability durability, Duration patience) {
        return with(settings.withDurability(durability, patience));
    }

    private JobQueueBuilder with(Settings other) {
        return new UnopenedQueue(redis, other);
    }

    @Override
    public JobQueue open() {
        return new RedisJobQueue(redis, settings);
    }
}
