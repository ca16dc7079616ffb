package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What the primary and this process have counted. */
record CountedJobs(
        long waiting,
        long inProgress,
        long delayed,
        long dead,
        Optional<Duration> oldest,
        long completed,
        long failed,
        long buried,
        long claimed,
        long duplicates)
        implements JobStats {

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
