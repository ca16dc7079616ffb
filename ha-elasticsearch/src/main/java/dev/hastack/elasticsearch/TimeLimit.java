package dev.hastack.elasticsearch;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what one thread asks of Elasticsearch in several requests: all together end within a time, where each alone may take {@code
 * ha.elasticsearch.reads.timeout}, {@code writes.timeout} or {@code admin-timeout}. A request for which no time is left fails with a
 * {@link java.net.SocketTimeoutException} that says that it was not sent. Limits may be nested; the one that ends first counts.
 * It holds for the requests that are made on the thread that runs the work, with the asynchronous client too.
 */
public final class TimeLimit {
    private static final ThreadLocal<@Nullable Long> END = new ThreadLocal<>();

    private TimeLimit() {}

    /** What is done within the limit. */
    public interface Work<R> {
        R run() throws IOException;
    }

    /** Does it; what it asks ends within the limit. */
    public static <R> R within(Duration limit, Work<R> work) throws IOException {
        Long outer = END.get();
        long end = System.nanoTime() + limit.toNanos();
        END.set(outer != null && outer - end < 0 ? outer : end);
        try {
            return work.run();
        } finally {
            if (outer == null) {
                END.remove();
            } else {
                END.set(outer);
            }
        }
    }

    /** How many ns this thread has left, 0 or less if none; {@link Long#MAX_VALUE} without a limit. */
    public static long left() {
        Long end = END.get();
        return end == null ? Long.MAX_VALUE : end - System.nanoTime();
    }
}
