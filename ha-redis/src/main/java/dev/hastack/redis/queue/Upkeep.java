package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a queue does from time to time, on one thread of its own. What fails is done again at its next time. */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final String queue;
    private final ScheduledExecutorService thread;

    Upkeep(String queue) {
        this.queue = queue;
        this.thread = Executors.newSingleThreadScheduledExecutor(new QueueThreads(queue, "upkeep"));
    }

    void every(Duration interval, Runnable task) {
        repeat(Duration.ZERO, interval, () -> {
            task.run();
            return Optional.empty();
        });
    }

    /** @param task returns when it wants to be done again, if that is before the interval is over */
    void atMostEvery(Duration interval, Supplier<Optional<Duration>> task) {
        repeat(Duration.ZERO, interval, task);
    }

    private void repeat(Duration delay, Duration interval, Supplier<Optional<Duration>> task) {
        try {
            ScheduledFuture<?> unused = thread.schedule(
                    () -> repeat(run(interval, task), interval, task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    private Duration run(Duration interval, Supplier<Optional<Duration>> task) {
        try {
            return task.get().filter(wanted -> wanted.compareTo(interval) < 0).orElse(interval);
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("queue", queue).setCause(e).log("The upkeep of a queue has failed");
            return interval;
        } catch (Error e) {
            LOG.atError().addKeyValue("queue", queue).setCause(e).log("The upkeep of a queue failed and goes on");
            return interval;
        }
    }

    void close() {
        thread.shutdownNow();
    }
}
