package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A queue in numbers. The first five are of the queue, the others of this process since it opened the queue.
 *
 * @param waiting jobs that could be done now
 * @param inProgress jobs that consumers have
 * @param delayed jobs that are not due yet, those that failed and wait for their next attempt included
 * @param dead dead letters
 * @param oldest how long the oldest of the waiting and those in progress has been due; empty if there is none
 * @param completed jobs that this process has done
 * @param failed attempts that ended in an exception
 * @param buried jobs that it made dead letters
 * @param claimed jobs that it took from consumers which were lost, or did not renew their hold
 * @param duplicates jobs that turned out to be done, or taken over, by somebody else, and deliveries of what is being done here
 */
public record JobStats(
        long waiting,
        long inProgress,
        long delayed,
        long dead,
        Optional<Duration> oldest,
        long completed,
        long failed,
        long buried,
        long claimed,
        long duplicates) {

    /** Returns the numbers in words, as health has them after the name of the queue. */
    String describe() {
        return waiting + (waiting == 1 ? " job waiting" : " jobs waiting")
                + oldest.map(age -> ", the oldest due for " + seconds(age)).orElse("") + ", "
                + inProgress + " in progress, " + delayed + " delayed, " + dead + " dead; of this process, "
                + completed + " completed, " + failed + " failed, " + buried + " buried, " + claimed + " claimed, "
                + duplicates + " duplicates";
    }

    private static String seconds(Duration age) {
        return String.format(Locale.ROOT, "%.1f s", age.toMillis() / 1000.0);
    }
}
