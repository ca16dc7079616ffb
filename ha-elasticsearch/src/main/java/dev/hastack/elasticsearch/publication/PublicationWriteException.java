package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ErrorCause;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One document of a bulk was not written: Elasticsearch refused it, or the bulk was closed before its turn came. */
public final class PublicationWriteException extends IOException implements StackFailure {
    private final Outcome outcome;
    private final Reason reason;

    private PublicationWriteException(String message, Outcome outcome, Reason reason, @Nullable Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
        this.reason = reason;
    }

    static PublicationWriteException refused(int status, ErrorCause error) {
        // What fails within a server may have been done on some copies.
        Outcome outcome = status >= 500 && status != 503 ? Outcome.UNKNOWN : Outcome.NOT_DONE;
        return new PublicationWriteException(
                "status " + status + ", " + error.type() + ": " + error.reason(), outcome, reason(status), null);
    }

    static PublicationWriteException closed(Exception reason) {
        return new PublicationWriteException(
                "the bulk was closed before its turn came", Outcome.NOT_SENT, Reason.CLOSED, reason);
    }

    private static Reason reason(int status) {
        return switch (status) {
            case 401, 403 -> Reason.DENIED;
            case 429 -> Reason.OVERLOADED;
            default -> status >= 500 ? Reason.UNAVAILABLE : Reason.REFUSED;
        };
    }

    @Override
    public String store() {
        return "elasticsearch";
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Reason reason() {
        return reason;
    }
}
