package dev.hastack.redis.queue;

import dev.hastack.redis.HaRedis;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** This process's part in doing the jobs of a queue. */
final class Consumer {
    /** So that what was interrupted may tell Redis. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Deliveries deliveries;
    private final Slots slots;
    private final Hands hands;
    private final Fetcher fetcher;
    private final Thread fetching;

    Consumer(HaRedis redis, Keys keys, Settings settings, Counters counters, JobHandler handler) {
        String name = ProcessHandle.current().pid() + "-" + UUID.randomUUID();
        this.deliveries = new Deliveries(redis, keys, settings, name);
        this.slots = new Slots(settings.concurrency());
        this.hands = new Hands(settings, handler, deliveries, slots, counters);
        this.fetcher = new Fetcher(redis::dedicated, settings, deliveries, slots, hands);
        this.fetching = new QueueThreads(settings.name(), "fetch").newThread(fetcher);
    }

    void start() {
        fetching.start();
    }

    void renew() {
        hands.renew();
    }

    /** True if all that had started ended in time. */
    boolean close(Duration drain) throws InterruptedException {
        long until = System.nanoTime() + Math.max(0, TimeUnit.NANOSECONDS.convert(drain));
        fetcher.close();
        hands.close();
        try {
            boolean ended = fetcher.await(until - System.nanoTime()) && slots.awaitAll(until - System.nanoTime());
            hands.abort();
            if (fetcher.await(LAST_WORDS.toNanos()) && slots.awaitAll(LAST_WORDS.toNanos())) {
                leave();
            }
            return ended;
        } finally {
            hands.abort();
            // It may wait for a primary, or at one that hangs. Not before: what it is being given would be nobody's.
            fetching.interrupt();
        }
    }

    /** Not to be named in Redis for long; if this fails, the others will forget it. */
    private void leave() throws InterruptedException {
        CompletionStage<Long> left = deliveries.leave();
        try {
            left.toCompletableFuture().get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Redis is away, or nobody has consumed yet.
        }
    }
}
