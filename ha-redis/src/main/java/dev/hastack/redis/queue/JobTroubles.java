package dev.hastack.redis.queue;

import dev.hastack.core.topology.Words;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says of jobs that fail: the first of a row with each reason and end by itself, then how many there were after 10 seconds, 20, 40
 * and so on, and when the row is over, if it was more than one; a server that is away fails hundreds for one reason, and one that is
 * short of something fails one now and then. A row is over after a minute without a failure. A stack trace only where the reason is
 * neither a server's nor a driver's, since it tells where in the handler to look. Thread-safe.
 */
final class JobTroubles {
    private static final Logger LOG = LoggerFactory.getLogger(JobTroubles.class);
    private static final long FIRST_SUMMARY = TimeUnit.SECONDS.toNanos(10);
    private static final long QUIET = TimeUnit.MINUTES.toNanos(1);
    /** Of so many reasons the first failure is a line of its own; more are no reasons any more, but what each failure says. */
    private static final int REASONS = 8;

    private static final int DEEPEST = 20;

    private final String queue;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    /** Those of this row that have had a line. */
    private final Set<String> reasons = new HashSet<>();

    private long failures;
    private long told;
    private long began;
    private long last;
    private long toldAt;

    /** @param clock in nanoseconds */
    JobTroubles(String queue, LongSupplier clock) {
        this.queue = queue;
        this.clock = clock;
    }

    /** @param what became of it, for people */
    void failed(String job, int attempt, String what, Throwable error) {
        lock.lock();
        try {
            long now = clock.getAsLong();
            endIfQuiet(now);
            if (failures == 0) {
                began = now;
                toldAt = now;
                told = 0;
            }
            failures++;
            last = now;
            if (reasons.size() < REASONS && reasons.add(what + reason(error))) {
                told++;
                LOG.atWarn()
                        .addKeyValue("queue", queue)
                        .addKeyValue("job", job)
                        .addKeyValue("attempt", attempt)
                        .setCause(foreign(error) ? error : null)
                        .log("queue {}: {}: {}", queue, what, error.toString());
            } else if (now - toldAt >= Math.max(FIRST_SUMMARY, toldAt - began)) {
                LOG.atWarn()
                        .addKeyValue("queue", queue)
                        .addKeyValue("failed", failures)
                        .log(
                                "queue {}: {} within {}, the last with {}",
                                queue,
                                failures - told == 1
                                        ? "one more job has failed"
                                        : failures - told + " more jobs have failed",
                                Words.of(Duration.ofNanos(now - toldAt)),
                                error.toString());
                toldAt = now;
                told = failures;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Says that the row is over, if it is; to be called from time to time. */
    void look() {
        lock.lock();
        try {
            endIfQuiet(clock.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private void endIfQuiet(long now) {
        if (failures > 0 && now - last >= QUIET) {
            if (failures > 1) {
                // Of a single one all has been said.
                LOG.atInfo()
                        .addKeyValue("queue", queue)
                        .addKeyValue("failed", failures)
                        .log(
                                "queue {}: no job fails any more, after {} failures within {}",
                                queue,
                                failures,
                                Words.of(Duration.ofNanos(last - began)));
            }
            failures = 0;
            reasons.clear();
        }
    }

    /** Alike for failures that an operator would take for the same: what it is and where it comes from, without what it says. */
    private static String reason(Throwable error) {
        Throwable innermost = error;
        // Causes may go round in a circle.
        for (int depth = 0; depth < DEEPEST && innermost.getCause() != null; depth++) {
            innermost = innermost.getCause();
        }
        return error.getClass().getName() + " " + innermost.getClass().getName();
    }

    /** Whether it is of neither a server, a driver nor ha-stack. */
    static boolean foreign(Throwable error) {
        for (@Nullable Throwable cause = error; cause != null; cause = cause.getCause()) {
            String name = cause.getClass().getName();
            if (cause instanceof IOException
                    || cause instanceof SQLException
                    || cause instanceof InterruptedException
                    || name.startsWith("io.lettuce.")
                    || name.startsWith("dev.hastack.")
                    || name.startsWith("co.elastic.")) {
                return false;
            }
        }
        return true;
    }
}
