package dev.hastack.redis.queue;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.redis.HaRedis;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A queue on Redis Streams. Thread-safe. */
final class RedisJobQueue implements JobQueue {
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration DUE = Duration.ofMillis(500);
    /** How often it is looked whether the stack was closed. */
    private static final Duration WITH_STACK = Duration.ofMillis(250);

    private final HaRedis redis;
    private final Settings settings;
    private final Keys keys;
    private final JobStore store;
    private final DurableEnqueue durable;
    private final Counters counters = new Counters();
    private final Upkeep upkeep;
    private final NoteRegistration notes;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock, as is the next. */
    private @Nullable Consumer consumer;

    private boolean closing;

    /** Whether all jobs ended in time, once that is known. */
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    /** From the end of the drain on: until then, jobs that are being done may enqueue others. */
    private volatile boolean closed;

    private volatile @Nullable CountedJobs seen;

    RedisJobQueue(HaRedis redis, Settings settings) {
        this.redis = redis;
        this.settings = settings;
        this.keys = Keys.of(settings.name());
        this.store = new JobStore(redis, keys);
        this.durable = new DurableEnqueue(store, redis.durable(settings.durability()), settings);
        this.upkeep = new Upkeep(settings.name());
        this.notes = redis.addNotes("queue " + settings.name(), () -> List.of(health()));
        upkeep.every(LOOK, () -> seen = store.stats(counters));
        upkeep.every(WITH_STACK, this::endWithStack);
    }

    /** Nothing can be fetched, done or acknowledged any more. */
    private void endWithStack() {
        if (redis.topology().closed()) {
            boolean unused = close(Duration.ZERO);
        }
    }

    @Override
    public String enqueue(String payload, Enqueue how) {
        if (closed) {
            throw isClosed();
        }
        String key = how.key().orElseGet(() -> UUID.randomUUID().toString());
        if (how.durable()) {
            durable.enqueue(key, payload, how.delay());
        } else {
            try {
                store.enqueue(redis.idempotent().sync(), key, payload, how.delay());
            } catch (RedisException e) {
                throw Outcome.of(e) == Outcome.UNKNOWN ? new EnqueueUnknownException(settings.name(), key, e) : e;
            }
        }
        return key;
    }

    private IllegalStateException isClosed() {
        return new IllegalStateException("queue " + settings.name() + " is closed: open another");
    }

    @Override
    public void consume(JobHandler handler) {
        lock.lock();
        try {
            if (closing) {
                throw isClosed();
            }
            if (consumer != null) {
                throw new IllegalStateException("queue " + settings.name()
                        + " has a handler in this process: for more threads, set its concurrency");
            }
            Consumer started = new Consumer(redis, keys, settings, counters, handler);
            started.start();
            consumer = started;
            upkeep.atMostEvery(DUE, store::moveDue);
            upkeep.every(settings.claimAfter().dividedBy(3), started::renew);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public JobStats stats() {
        return store.stats(counters);
    }

    @Override
    public List<DeadJob> dead(int most) {
        return store.dead(most);
    }

    private HealthNote health() {
        CountedJobs last = seen;
        return last == null
                ? HealthNote.of(
                        HealthCode.QUEUE_UNKNOWN, "Queue " + settings.name() + " was opened and not heard from yet")
                : HealthNote.of(HealthCode.QUEUE_DEPTH, "Queue " + settings.name() + " has " + last.describe());
    }

    @Override
    public boolean close(Duration drain) {
        Consumer mine;
        boolean first;
        lock.lock();
        try {
            first = !closing;
            closing = true;
            mine = consumer;
        } finally {
            lock.unlock();
        }
        return first ? end(mine, drain) : awaitEnd(drain);
    }

    private boolean end(@Nullable Consumer mine, Duration drain) {
        boolean inTime = false;
        try {
            inTime = mine == null || mine.close(drain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
            durable.close();
            notes.close();
            ended.complete(inTime);
            // Last, since that interrupts the thread that ends it with its stack.
            upkeep.close();
        }
        return inTime;
    }

    /** Another thread is closing it. */
    private boolean awaitEnd(Duration drain) {
        try {
            return ended.get(Math.max(0, TimeUnit.NANOSECONDS.convert(drain)), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
