package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkIngester;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkListener;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import dev.hastack.core.failure.Outcome;
import dev.hastack.elasticsearch.ElasticsearchClosedException;
import dev.hastack.elasticsearch.ElasticsearchOutcomeUnknownException;
import dev.hastack.elasticsearch.ElasticsearchOverloadedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The client's ingester, with what it leaves out: it tries items again that fail with 503, and whole requests that fail, too.
 * An operation must be one that may be done twice. Each ends at its {@link Sink}, exactly once; there it may be followed by
 * another, which takes its place. Longer than most, since what an operation ends with depends on all of its tries.
 *
 * <p>For the reasons, see docs/decisions.md, ES-35.
 */
final class Ingest implements AutoCloseable {
    private static final long FIRST_BACKOFF_MILLIS = 50;
    private static final long LAST_BACKOFF_MILLIS = 5000;
    private static final Duration CLOSE = Duration.ofSeconds(30);

    private final BulkLimits limits;
    private final BulkIngester<Item> ingester;
    private final Semaphore room;
    /** It may wait for room in the ingester, which the ingester's own threads must not. */
    private final ScheduledExecutorService feeder;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final AtomicBoolean sending = new AtomicBoolean();
    private volatile boolean followed;
    private long pending;

    Ingest(ElasticsearchClient client, BulkLimits limits, String name) {
        this(client, limits, name, settings -> settings);
    }

    /** @param settings of each request, for the operations that do not say it themselves */
    Ingest(ElasticsearchClient client, BulkLimits limits, String name, UnaryOperator<BulkRequest.Builder> settings) {
        this.limits = limits;
        this.room = new Semaphore(limits.pending());
        this.feeder = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ha-bulk-" + name);
            thread.setDaemon(true);
            return thread;
        });
        this.ingester = BulkIngester.of(builder -> builder.client(client)
                .globalSettings(settings)
                .maxOperations(limits.operations())
                .maxSize(limits.bytes())
                .maxConcurrentRequests(limits.requests())
                .flushInterval(limits.flushInterval().toMillis(), TimeUnit.MILLISECONDS)
                .listener(new Listener()));
    }

    /** Where an operation ends. What it returns is done next, in the same place. */
    interface Sink {
        /**
         * Elasticsearch has answered.
         *
         * @param item what it said last; an error, if it has one, is none that would pass
         */
        @Nullable
        Next ended(BulkResponseItem item) throws IOException;

        /** Elasticsearch did not answer, or was too busy, for as long as it was tried. */
        @Nullable
        Next failed(Exception reason);
    }

    /** @param operation may be done twice */
    record Next(BulkOperation operation, Sink sink) {}

    /** What finds out only when its turn has come what it is. */
    interface Start {
        Next first() throws IOException;

        void failed(Exception reason);
    }

    private final class Item {
        private final Next what;
        private final long startedAt = System.nanoTime();
        private int retries;
        /** Of a try that may have been done though its answer was lost. */
        private @Nullable Exception doubt;

        Item(Next what) {
            this.what = what;
        }

        void ended(BulkResponseItem answer) {
            ErrorCause error = answer.error();
            if (error != null && Statuses.isBusy(answer.status())) {
                retry(PublicationWriteException.refused(answer.status(), error));
                return;
            }
            try {
                follow(what.sink().ended(answer));
            } catch (IOException | RuntimeException e) {
                fail(e);
            }
        }

        void broken(Throwable reason) {
            IOException failure = reason instanceof IOException io ? io : new IOException(reason);
            int status = Statuses.of(reason);
            boolean mayPass = status == 0 || Statuses.isBusy(status);
            // A stack that was closed stays so: whoever waits is told now, and not when it was tried for long enough.
            if (mayPass && !(reason instanceof Error) && !(reason instanceof ElasticsearchClosedException)) {
                retry(failure);
            } else {
                fail(failure);
            }
        }

        private void retry(Exception reason) {
            if (Outcome.of(reason) == Outcome.UNKNOWN) {
                doubt = reason;
            }
            if (System.nanoTime() - startedAt > limits.retryFor().toNanos()) {
                fail(reason);
                return;
            }
            long longest = Math.min(LAST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(retries, 10));
            retries++;
            feed(this, longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
        }

        private void fail(Exception reason) {
            follow(what.sink().failed(inAll(reason)));
        }

        /** What the last try says of itself does not hold for those before it. */
        private Exception inAll(Exception reason) {
            Exception before = doubt;
            return before == null || Outcome.of(reason) == Outcome.UNKNOWN
                    ? reason
                    : new ElasticsearchOutcomeUnknownException(
                            "it may have been done, and the answer lost (" + before.getMessage()
                                    + "); after that it failed: " + reason.getMessage(),
                            reason);
        }

        private void follow(@Nullable Next next) {
            if (next == null) {
                done();
            } else {
                followed = true;
                feed(new Item(next), 0);
            }
        }
    }

    private final class Listener implements BulkListener<Item> {
        @Override
        public void beforeBulk(long executionId, BulkRequest request, List<Item> items) {}

        @Override
        public void afterBulk(long executionId, BulkRequest request, List<Item> items, BulkResponse response) {
            for (int i = 0; i < items.size(); i++) {
                items.get(i).ended(response.items().get(i));
            }
            if (followed) {
                // Whoever waits for these has waited for the interval once.
                followed = false;
                send();
            }
        }

        @Override
        public void afterBulk(long executionId, BulkRequest request, List<Item> items, Throwable failure) {
            items.forEach(item -> item.broken(failure));
        }
    }

    /** Adds what needs no turn. */
    void add(Next what) throws IOException, InterruptedException {
        room();
        try {
            ingester.add(what.operation(), new Item(what));
        } catch (RuntimeException e) {
            done();
            throw e;
        }
    }

    /**
     * Waits for room; what takes it is to be started.
     *
     * @throws IOException if there is none for longer than an operation is tried
     */
    void room() throws IOException, InterruptedException {
        Duration longest = limits.retryFor().plus(CLOSE);
        if (!room.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new ElasticsearchOverloadedException(
                    "no room for another operation within " + longest + ": " + limits.pending() + " are pending");
        }
        count(1);
    }

    /** Starts what has room, on the caller's thread. */
    void start(Start start) {
        try {
            Next first = start.first();
            ingester.add(first.operation(), new Item(first));
        } catch (IOException | RuntimeException e) {
            start.failed(e);
            done();
        }
    }

    void startLater(Start start) {
        followed = true;
        try {
            feeder.execute(() -> start(start));
        } catch (RejectedExecutionException e) {
            start.failed(closed(e));
            done();
        }
    }

    private static IOException closed(Exception reason) {
        return PublicationWriteException.closed(reason);
    }

    private void feed(Item item, long delayMillis) {
        try {
            var unused = feeder.schedule(() -> feed(item), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            item.fail(closed(e));
        }
    }

    private void feed(Item item) {
        try {
            ingester.add(item.what.operation(), item);
        } catch (RuntimeException e) {
            item.fail(closed(e));
        }
    }

    private void done() {
        room.release();
        count(-1);
    }

    private void count(int change) {
        lock.lock();
        try {
            pending += change;
            if (pending == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends what is waiting, and waits.
     *
     * @return whether all that was added has ended within the time
     */
    boolean flush(Duration within) throws InterruptedException {
        long left = within.toNanos();
        lock.lockInterruptibly();
        try {
            while (pending > 0 && left > 0) {
                send();
                // What waits for its next try is sent by the interval, or in one of these rounds.
                long round = Math.min(left, TimeUnit.MILLISECONDS.toNanos(FIRST_BACKOFF_MILLIS));
                left -= round - idle.awaitNanos(round);
            }
            return pending == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Not on the caller's thread: the ingester has it wait until a request is answered, however long that takes. */
    private void send() {
        if (!feeder.isShutdown() && sending.compareAndSet(false, true)) {
            feeder.execute(() -> {
                sending.set(false);
                ingester.flush();
            });
        }
    }

    /** What is still pending ends as failed, sooner or later. */
    @Override
    public void close() {
        Thread closing = new Thread(ingester::close, "ha-bulk-close");
        closing.setDaemon(true);
        closing.start();
        feeder.shutdown();
    }
}
