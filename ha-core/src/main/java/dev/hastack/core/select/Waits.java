package dev.hastack.core.select;

import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.time.Instant;

/** What is said of a wait that came to nothing: what was wanted, how long, and the topology that was seen. */
public final class Waits {
    private Waits() {}

    /**
     * {@code no replica within 5 s for prefer=replica(max-lag=10s); READ_ONLY epoch 7 since 12:01:03Z [...]}.
     *
     * @param now on the clock of the inputs
     */
    public static String read(ReadPolicy policy, Duration waited, Snapshot seen, Instant now) {
        String wanted = switch (policy.prefer()) {
            case PRIMARY -> policy.fallback() ? "primary or replica" : "primary";
            case REPLICA -> policy.fallback() ? "replica or primary" : "replica";
            case ANY -> "node";
        };
        return "no " + wanted + " within " + Words.of(waited) + " for " + policy.describe() + "; " + seen.describe(now);
    }

    /** {@code no primary within 10 s; READ_ONLY epoch 7 since 12:01:03Z [...]}. */
    public static String write(Duration waited, Snapshot seen, Instant now) {
        return "no primary within " + Words.of(waited) + "; " + seen.describe(now);
    }
}
