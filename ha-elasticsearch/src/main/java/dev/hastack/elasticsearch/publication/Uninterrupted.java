package dev.hastack.elasticsearch.publication;

import dev.hastack.elasticsearch.TimeLimit;
import java.io.IOException;
import java.time.Duration;

/** What has to be asked, or said, though the thread was interrupted; its interrupt flag is put back. */
final class Uninterrupted {
    /** An interrupted thread should not be kept for longer. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Uninterrupted() {}

    static <R> R run(TimeLimit.Work<R> work) throws IOException {
        if (!Thread.interrupted()) {
            return work.run();
        }
        try {
            return TimeLimit.within(LONGEST, work);
        } finally {
            Thread.currentThread().interrupt();
        }
    }
}
