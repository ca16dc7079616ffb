package dev.hastack.core.select;

import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** What is said of a wait that came to nothing: what was wanted, how long, and the topology that was seen. */
public final class Waits {
    /** How the words of a failure begin that has to do with TLS, and not with credentials. */
    public static final String TLS = "TLS: ";

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

    /**
     * Why it is in vain to wait: every node denies access, {@code check ...}; or, where that is the reason, what is wrong with TLS.
     *
     * @param check the keys of the credentials
     */
    public static String denied(String check, Snapshot seen, Instant now) {
        return denied(
                check,
                seen.nodes().values().stream()
                        .flatMap(node -> node.failure().stream())
                        .map(Failure::cause),
                seen.describe(now));
    }

    /**
     * The same.
     *
     * @param causes what each node says
     * @param seen of the topology, for people
     */
    public static String denied(String check, Stream<String> causes, String seen) {
        String reason =
                causes.filter(cause -> cause.startsWith(TLS)).findFirst().orElse("check " + check);
        return "every node denies access, so that waiting is in vain: " + reason + "; " + seen;
    }

    /** {@code no primary within 10 s; READ_ONLY epoch 7 since 12:01:03Z [...]}. */
    public static String write(Duration waited, Snapshot seen, Instant now) {
        return "no primary within " + Words.of(waited) + "; " + seen.describe(now);
    }
}
