package dev.hastack.elasticsearch;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether failures that may be the cluster's are. One publication alone proves nothing: what stands before the cluster may refuse its
 * requests and no others. So a failure waits for one of another publication, and the two count as one. However many of one publication fail,
 * no more are counted than of all others together. Thread-safe.
 */
final class Suspicion {
    /** For how long a failure waits, in ns: as long as a circuit breaker remembers one. */
    private static final long REMEMBERED = Duration.ofSeconds(10).toNanos();

    private final AtomicReference<@Nullable Failure> waiting = new AtomicReference<>();

    private record Failure(String publication, long at) {}

    /**
     * Returns whether a failure of another publication was waiting, which is used up by this.
     *
     * @param now as {@link System#nanoTime()}
     */
    boolean confirmed(String publication, long now) {
        while (true) {
            Failure before = waiting.get();
            boolean other =
                    before != null && !before.publication().equals(publication) && now - before.at() <= REMEMBERED;
            if (waiting.compareAndSet(before, other ? null : new Failure(publication, now))) {
                return other;
            }
        }
    }
}
