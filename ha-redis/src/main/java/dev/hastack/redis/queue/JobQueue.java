package dev.hastack.redis.queue;

import dev.hastack.redis.DurableWrites;
import dev.hastack.redis.HaRedis;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A queue of jobs in Redis, for all processes that open it under its name.
 *
 * <pre>{@code
 * JobQueue mails = JobQueue.builder(stack.get(HaRedis.class), "mail").concurrency(4).open();
 * mails.consume(job -> send(job.payload()));
 * mails.enqueue("welcome 4711", Enqueue.durably().after(Duration.ofMinutes(5)));
 * }</pre>
 *
 * <p>Each job is done at least once, in about the order of enqueueing. One whose handler throws comes again after a while,
 * and becomes a dead letter with its last exception after the last attempt. The jobs of a process that dies are taken over by the others, which
 * counts as an attempt. Through a failover of the primary, what was enqueued durably stays; some jobs may be done twice.
 * Thread-safe.
 */
public final class JobQueue implements AutoCloseable {
    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration DUE = Duration.ofMillis(500);

    private final HaRedis redis;
    private final Settings settings;
    private final Keys keys;
    private final JobStore store;
    private final DurableEnqueue durable;
    private final Counters counters = new Counters();
    private final Upkeep upkeep;
    private final AutoCloseable report;
    private final AtomicReference<@Nullable Consumer> consumer = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable JobStats seen;

    JobQueue(HaRedis redis, Settings settings) {
        this.redis = redis;
        this.settings = settings;
        this.keys = Keys.of(settings.name());
        this.store = new JobStore(redis, keys);
        DurableWrites<String, String> writes = redis.durable(settings.durability());
        this.durable = new DurableEnqueue(store, writes, settings);
        this.upkeep = new Upkeep(settings.name());
        this.report = redis.report("queue " + settings.name(), this::health);
        upkeep.every(LOOK, () -> seen = stats());
    }

    /**
     * A queue that is yet to be opened.
     *
     * @param name of 1 to 100 letters, digits, dots, hyphens and underscores
     */
    public static JobQueueBuilder builder(HaRedis redis, String name) {
        return new JobQueueBuilder(redis, name);
    }

    /** Enqueues {@linkplain Enqueue#plainly plainly}. */
    public String enqueue(String payload) {
        return enqueue(payload, Enqueue.plainly());
    }

    /**
     * Enqueues a job, which is in the queue once this returns.
     *
     * @return the job's key
     * @throws EnqueueUnknownException if nobody knows whether it is, or stays, in the queue
     * @throws dev.hastack.redis.NoPrimaryException if there is no primary in time; nothing was enqueued
     * @throws dev.hastack.redis.NotWritableException in a stack that may only read
     */
    public String enqueue(String payload, Enqueue how) {
        String key = how.key().orElseGet(() -> UUID.randomUUID().toString());
        if (how.durable()) {
            durable.enqueue(key, payload, how.delay());
        } else {
            try {
                store.enqueue(redis.idempotent().sync(), key, payload, how.delay());
            } catch (RedisCommandTimeoutException | RedisCommandInterruptedException e) {
                throw new EnqueueUnknownException(settings.name(), key, e);
            }
        }
        return key;
    }

    /**
     * Has this process do jobs from now on.
     *
     * @throws IllegalStateException if it does so already, or the queue is closed
     */
    public void consume(JobHandler handler) {
        if (closed.get()) {
            throw new IllegalStateException("queue " + settings.name() + " is closed: open another");
        }
        Consumer started = new Consumer(redis, keys, settings, counters, handler);
        if (!consumer.compareAndSet(null, started)) {
            throw new IllegalStateException("queue " + settings.name()
                    + " has a handler in this process: for more threads, set its concurrency");
        }
        started.start();
        upkeep.atMostEvery(DUE, store::moveDue);
        upkeep.every(settings.claimAfter().dividedBy(3), started::renew);
    }

    /** Asks the primary. */
    public JobStats stats() {
        return store.stats(counters);
    }

    /** Asks the primary for the newest dead letters, the newest first. */
    public List<DeadJob> dead(int most) {
        return store.dead(most);
    }

    private String health() {
        JobStats last = seen;
        return "queue " + settings.name() + ": " + (last == null ? "not heard of yet" : last.describe());
    }

    /** Closes with a drain of ten seconds; see {@link #close(Duration)}. */
    @Override
    public void close() {
        boolean unused = close(DEFAULT_DRAIN);
    }

    /**
     * Fetches no more jobs, gives back those that have not started, and lets the others end for at most {@code drain}; then
     * it interrupts them, and gives back those that end by that. Close a queue before its stack.
     *
     * @return whether all ended in time
     */
    public boolean close(Duration drain) {
        if (!closed.compareAndSet(false, true)) {
            return true;
        }
        Consumer mine = consumer.get();
        try {
            return mine == null || mine.close(drain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            upkeep.close();
            unreport();
        }
    }

    private void unreport() {
        try {
            report.close();
        } catch (Exception e) {
            throw new IllegalStateException("a report that cannot be closed", e);
        }
    }
}
