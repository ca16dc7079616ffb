package dev.hastack.elasticsearch.publication;

import dev.hastack.elasticsearch.ElasticsearchClosedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What could not be done at once is tried again until it is, on one thread, which ends when there is nothing. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, ES-25.
 */
final class Later implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Later.class);
    /** Times the first pause, at most. */
    private static final int LONGEST = 8;

    private final Duration first;
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;

    /** @param first pause; doubles with each try */
    Later(Duration first) {
        this.first = first;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "ha-rebuild-leftovers");
            thread.setDaemon(true);
            return thread;
        });
        timer.setKeepAliveTime(1, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    interface Work {
        /** Whether nothing is left to do. */
        boolean done() throws IOException, InterruptedException;
    }

    /**
     * Tries it after a pause, until it is done.
     *
     * @param what it is about; one of a name is tried at a time
     */
    void until(String what, Work work) {
        if (waiting.add(what)) {
            schedule(what, work, 1, first);
        }
    }

    /** As {@link #until}, from now on. */
    void soon(String what, Work work) {
        if (waiting.add(what)) {
            schedule(what, work, 1, Duration.ZERO);
        }
    }

    private void schedule(String what, Work work, int times, Duration pause) {
        try {
            var unused = timer.schedule(() -> attempt(what, work, times), pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: the next process that starts removes it.
        }
    }

    private void attempt(String what, Work work, int times) {
        boolean done = false;
        try {
            done = work.done();
        } catch (ElasticsearchClosedException | PublicationException.NotProvisioned e) {
            done = true;
        } catch (IOException | RuntimeException e) {
            LOG.atDebug().addKeyValue("what", what).setCause(e).log("not yet");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (done) {
            waiting.remove(what);
        } else {
            schedule(what, work, Math.min(2 * times, LONGEST), first.multipliedBy(times));
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
