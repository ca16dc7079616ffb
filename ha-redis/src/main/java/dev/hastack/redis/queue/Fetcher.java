package dev.hastack.redis.queue;

import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.redis.RedisClosedException;
import dev.hastack.redis.RedisNotWritableException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a consumer that waits for jobs, on a connection of its own, which it takes anew when it is lost. It
 * fetches no more than there are slots.
 */
final class Fetcher implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
    /** So that it soon hears that it is to end. */
    private static final Duration BLOCK = Duration.ofMillis(500);

    private static final Duration MOST_OFTEN = Duration.ofMillis(50);
    private static final Duration MOST_SELDOM = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    private final Supplier<StatefulRedisConnection<String, String>> dedicated;
    private final Settings settings;
    private final Deliveries deliveries;
    private final Slots slots;
    private final Hands hands;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private long nextClaim = System.nanoTime();
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    /** What the log says last that Redis refuses; empty while it gives. */
    private String refused = "";

    /** @param dedicated opens a connection for the fetcher alone */
    Fetcher(
            Supplier<StatefulRedisConnection<String, String>> dedicated,
            Settings settings,
            Deliveries deliveries,
            Slots slots,
            Hands hands) {
        this.dedicated = dedicated;
        this.settings = settings;
        this.deliveries = deliveries;
        this.slots = slots;
        this.hands = hands;
    }

    @Override
    public void run() {
        try {
            while (!closed()) {
                try (StatefulRedisConnection<String, String> own = dedicated.get()) {
                    fetch(own.sync());
                } catch (RedisClosedException | RedisNotWritableException e) {
                    LOG.atError()
                            .addKeyValue("queue", settings.name())
                            .setCause(e)
                            .log("This process gets no more jobs");
                    return;
                } catch (RuntimeException e) {
                    pause(e);
                } catch (Error e) {
                    // Without this thread the process would do no more jobs, and nobody would know.
                    LOG.atError()
                            .addKeyValue("queue", settings.name())
                            .setCause(e)
                            .log("The thread that fetches jobs failed and goes on");
                    pause(e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    private void fetch(RedisCommands<String, String> own) throws InterruptedException {
        while (!closed()) {
            int free = slots.take(BLOCK);
            int used = 0;
            try {
                for (Delivery delivery : free == 0 ? List.<Delivery>of() : next(own, free)) {
                    used += hands.take(delivery) ? 1 : 0;
                }
            } finally {
                slots.give(free - used);
            }
            pauseMillis = FIRST_PAUSE_MILLIS;
            refused = "";
        }
    }

    private List<Delivery> next(RedisCommands<String, String> own, int most) {
        try {
            if (System.nanoTime() - nextClaim >= 0) {
                List<Delivery> claimed = deliveries.claim(own, most);
                if (claimed.size() < most) {
                    nextClaim = System.nanoTime() + claimInterval().toNanos();
                }
                if (!claimed.isEmpty()) {
                    return claimed;
                }
            }
            return deliveries.read(own, most, BLOCK);
        } catch (RuntimeException e) {
            if (!JobStore.noGroup(e)) {
                throw e;
            }
            deliveries.createGroup(own);
            return List.of();
        }
    }

    private Duration claimInterval() {
        Duration quarter = settings.claimAfter().dividedBy(4);
        Duration often = quarter.compareTo(MOST_OFTEN) < 0 ? MOST_OFTEN : quarter;
        return often.compareTo(MOST_SELDOM) > 0 ? MOST_SELDOM : often;
    }

    /** Once for each reason: nobody else hears that this process does no jobs, and it does not end by itself. */
    private void tellDenied(Throwable reason) {
        boolean denied = StackFailure.of(reason)
                .filter(failure -> failure.reason() == Reason.DENIED)
                .isPresent();
        String said = String.valueOf(reason.getMessage());
        if (denied && !said.equals(refused)) {
            refused = said;
            LOG.atWarn()
                    .addKeyValue("queue", settings.name())
                    .log("queue {}: this process gets no jobs: {}", settings.name(), said);
        }
    }

    private void pause(Throwable reason) throws InterruptedException {
        tellDenied(reason);
        LOG.atDebug()
                .addKeyValue("queue", settings.name())
                .setCause(reason)
                .log("The connection that jobs come by is taken anew");
        boolean unused = closing.await(pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    }

    private boolean closed() {
        return closing.getCount() == 0;
    }

    /** Fetches nothing more. */
    void close() {
        closing.countDown();
    }

    /** True if it has ended. */
    boolean await(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }
}
