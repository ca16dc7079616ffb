package dev.hastack.elasticsearch.publication;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A publication is not as it should be, or what was asked of it cannot be done now. It was not done; only of a {@link RebuildFailed} that
 * may be unknown.
 */
public class PublicationException extends RuntimeException implements StackFailure {
    private final Outcome outcome;
    private final Reason reason;

    PublicationException(String message) {
        this(message, Outcome.NOT_DONE, Reason.REFUSED, null);
    }

    PublicationException(String message, Throwable cause) {
        this(message, Outcome.NOT_DONE, Reason.REFUSED, cause);
    }

    private PublicationException(String message, Outcome outcome, Reason reason, @Nullable Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
        this.reason = reason;
    }

    @Override
    public final String store() {
        return "elasticsearch";
    }

    @Override
    public final Outcome outcome() {
        return outcome;
    }

    @Override
    public final Reason reason() {
        return reason;
    }

    /** There is no such publication in the cluster yet. */
    public static final class NotProvisioned extends PublicationException {
        NotProvisioned(String publication, String alias) {
            super("publication '" + publication + "' is not provisioned: there is no alias " + alias
                    + "; call provision() in a stack that may write");
        }
    }

    /** What exists is not what is wanted. */
    public static final class Invalid extends PublicationException {
        private final transient List<String> differences;

        Invalid(String publication, String index, List<String> differences) {
            super("publication '" + publication + "': index " + index + " is not as configured:\n  "
                    + String.join("\n  ", differences)
                    + "\nto put a new mapping or other shards into effect, rebuild the publication; settings that Elasticsearch can"
                    + " change in place may be changed there, or in the configuration");
            this.differences = List.copyOf(differences);
        }

        /** Returns the differences, each with the path to what differs. */
        public List<String> differences() {
            return differences;
        }
    }

    /** Another process rebuilds the publication, or moves it. */
    public static final class Busy extends PublicationException {
        Busy(String publication, String owner) {
            super(
                    "publication '" + publication + "' is being rebuilt by " + owner
                            + "; expected one rebuild at a time",
                    Outcome.NOT_DONE,
                    Reason.CONFLICT,
                    null);
        }
    }

    /**
     * A rebuild ended without effect: the publication is what it was, with all live writes. Where the answer to its last step was lost, and
     * it cannot be found out whether that was done, the outcome is unknown.
     */
    public static final class RebuildFailed extends PublicationException {
        RebuildFailed(String message, Outcome outcome, Throwable cause) {
            super(
                    message,
                    outcome,
                    StackFailure.of(cause).map(StackFailure::reason).orElse(Reason.REFUSED),
                    cause);
        }
    }
}
