package dev.hastack.redis.queue;

import dev.hastack.core.failure.Outcome;
import dev.hastack.redis.DurableWrites;
import dev.hastack.redis.RedisNoPrimaryException;
import dev.hastack.redis.RedisNoReplicaException;
import dev.hastack.redis.RedisNotDurableException;
import dev.hastack.redis.RedisOutcomeUnknownException;
import dev.hastack.redis.RedisOverloadedException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Enqueues until replicas have the job. To do it again is harmless: under its key the job is in the queue once, unless it
 * was done in between. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, JOB-5.
 */
final class DurableEnqueue {
    private static final long PAUSE_MILLIS = 20;

    private final JobStore store;
    private final DurableWrites<String, String> writes;
    private final Settings settings;

    DurableEnqueue(JobStore store, DurableWrites<String, String> writes, Settings settings) {
        this.store = store;
        this.writes = writes;
        this.settings = settings;
    }

    void enqueue(String key, String payload, Duration delay) {
        long until = System.nanoTime() + TimeUnit.NANOSECONDS.convert(settings.patience());
        RedisException maybeThere = null;
        while (true) {
            try {
                writes.write(
                        commands -> {
                            store.enqueue(commands, key, payload, delay);
                            return key;
                        },
                        Duration.ofNanos(Math.max(0, until - System.nanoTime())));
                return;
            } catch (RedisNotDurableException | RedisOutcomeUnknownException e) {
                maybeThere = e;
                giveUpAfter(until, key, e, e);
            } catch (IllegalStateException e) {
                throw closed(key, e, maybeThere);
            } catch (RedisCommandInterruptedException e) {
                if (maybeThere == null && Outcome.of(e) == Outcome.NOT_SENT) {
                    throw e;
                }
                throw new EnqueueUnknownException(settings.name(), key, e);
            } catch (RedisException e) {
                if (!passes(e)) {
                    throw maybeThere == null ? e : new EnqueueUnknownException(settings.name(), key, e);
                }
                giveUpAfter(until, key, e, maybeThere);
            }
        }
    }

    /** Returns what to throw where the queue was closed while this was tried again. */
    private RuntimeException closed(String key, IllegalStateException error, @Nullable RedisException maybeThere) {
        return maybeThere == null
                ? new IllegalStateException(
                        "queue " + settings.name() + " was closed before the job was enqueued: open another", error)
                : new EnqueueUnknownException(settings.name(), key, maybeThere);
    }

    /** Closes the connections; what is tried at this moment has one more attempt. */
    void close() {
        writes.close();
    }

    /** Whether it was not done, and may be a moment later. */
    private static boolean passes(RedisException error) {
        return error instanceof RedisNoPrimaryException
                || error instanceof RedisNoReplicaException
                || error instanceof RedisOverloadedException
                || error instanceof RedisReadOnlyException
                || error instanceof RedisLoadingException;
    }

    private void giveUpAfter(long until, String key, RedisException error, @Nullable RedisException maybeThere) {
        try {
            if (System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw maybeThere == null ? error : new EnqueueUnknownException(settings.name(), key, maybeThere);
    }
}
