package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs that one consumer has, and the threads that do them. A job stays here until Redis has heard how it ended;
 * meanwhile its hold is renewed, or, if no thread has come to it, it is given back to those who have time.
 */
final class Hands {
    private static final Logger LOG = LoggerFactory.getLogger(Hands.class);

    private final Settings settings;
    private final JobHandler handler;
    private final Deliveries deliveries;
    private final Slots slots;
    private final Counters counters;
    private final JobTroubles troubles;
    private final ConcurrentHashMap<String, Held> jobs = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads;
    private volatile boolean closing;

    Hands(Settings settings, JobHandler handler, Deliveries deliveries, Slots slots, Counters counters) {
        this.settings = settings;
        this.handler = handler;
        this.deliveries = deliveries;
        this.slots = slots;
        this.counters = counters;
        this.troubles = new JobTroubles(settings.name(), System::nanoTime);
        this.threads = new ThreadPoolExecutor(
                settings.concurrency(),
                settings.concurrency(),
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new QueueThreads(settings.name(), "worker"));
    }

    /** False if it is here already: a failover has made the new primary forget that it was delivered. */
    boolean take(Delivery delivery) {
        Held present = jobs.get(delivery.entry());
        if (present != null && present.job().key().equals(delivery.job().key())) {
            counters.duplicates().increment();
            return false;
        }
        Held held = new Held(delivery);
        jobs.put(delivery.entry(), held);
        if (!delivery.former().isEmpty()) {
            counters.claimed().increment();
        }
        if (delivery.job().attempt() > settings.maxAttempts()) {
            giveUp(held, delivery.former());
        } else if (closing) {
            giveBack(held);
        } else {
            threads.execute(() -> handle(held));
        }
        return true;
    }

    private void giveUp(Held held, String former) {
        String reason = "given up: the last of its consumers, " + former + ", was not heard of for "
                + settings.claimAfter() + "; it died, hung, or lost Redis";
        if (held.drop()) {
            end(held, () -> deliveries.bury(held, held.job().attempt() - 1, reason), counters.buried()::increment);
        }
    }

    private void handle(Held held) {
        if (!held.start()) {
            return;
        }
        long begin = System.nanoTime();
        try {
            handler.handle(held.job());
            end(held, () -> deliveries.complete(held), counters.completed()::increment);
        } catch (Throwable e) { // An error, too, is of this job, and not of the thread, which serves the next.
            if (closing && e instanceof InterruptedException) {
                sendBack(held);
            } else {
                failed(held, e);
            }
        } finally {
            slots.took(System.nanoTime() - begin);
        }
    }

    private void failed(Held held, Throwable error) {
        counters.failed().increment();
        int attempts = held.job().attempt();
        boolean last = attempts >= settings.maxAttempts();
        troubles.failed(
                held.job().key(),
                attempts,
                last ? "a job has failed and becomes a dead letter" : "a job has failed and comes again",
                error);
        if (last) {
            end(held, () -> deliveries.bury(held, attempts, error.toString()), counters.buried()::increment);
        } else {
            Duration delay = settings.backoff()
                    .after(attempts, ThreadLocalRandom.current().nextDouble());
            end(held, () -> deliveries.again(held, attempts, delay), Hands::uncounted);
        }
    }

    private void giveBack(Held held) {
        if (held.drop()) {
            sendBack(held);
        }
    }

    private void sendBack(Held held) {
        end(held, () -> deliveries.again(held, held.job().attempt() - 1, Duration.ZERO), Hands::uncounted);
    }

    private static void uncounted() {}

    /**
     * Lets it go as soon as Redis has answered. If Redis does not, it stays here, and Redis is told again each time that holds
     * are renewed: what was done is not done again for want of an acknowledgement alone.
     */
    private void end(Held held, Supplier<CompletionStage<Long>> tell, Runnable count) {
        CompletionStage<Long> unused = tell.get().whenComplete((number, error) -> {
            if (error != null && !closing) {
                LOG.atDebug()
                        .addKeyValue("queue", settings.name())
                        .addKeyValue("job", held.job().key())
                        .setCause(error)
                        .log("A job has ended, but Redis could not be told: it is told again");
                held.unheard(() -> end(held, tell, count));
                if (closing) {
                    held.tellAgain();
                }
                return;
            }
            jobs.remove(held.entry(), held);
            slots.give(1);
            if (error != null) {
                troubles.failed(
                        held.job().key(),
                        held.job().attempt(),
                        "a job has ended, but Redis could not be told before this process ended, so that it will come again",
                        error);
            } else if (number == 0) {
                counters.duplicates().increment();
            } else {
                count.run();
            }
        });
    }

    /** Of all that has been here for a third of the time after which others may claim it. */
    void renew() {
        troubles.look();
        long third = settings.claimAfter().toNanos() / 3;
        Collection<Held> old =
                jobs.values().stream().filter(held -> held.olderThan(third)).toList();
        old.forEach(this::giveBack);
        old.forEach(Held::tellAgain);
        Collection<Held> running = old.stream().filter(Held::running).toList();
        if (!running.isEmpty()) {
            Set<String> lost = deliveries.renew(running);
            running.stream()
                    .filter(held -> lost.contains(held.entry()) && jobs.containsKey(held.entry()))
                    .filter(Held::claimedByAnother)
                    .forEach(held -> LOG.atWarn()
                            .addKeyValue("queue", settings.name())
                            .addKeyValue("job", held.job().key())
                            .log("A job is done here that another consumer has claimed"));
        }
    }

    /** Gives back what has not started, from now on. */
    void close() {
        closing = true;
        jobs.values().forEach(this::giveBack);
        jobs.values().forEach(Held::tellAgain);
    }

    /** Interrupts what is being done. */
    void abort() {
        threads.shutdownNow();
    }
}
