package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A write was sent, and its answer is lost, or its caller's thread was interrupted before it came: it may have been done or not. Read what it would have changed, or send it again if the
 * request is idempotent.
 */
public final class ElasticsearchOutcomeUnknownException extends IOException implements StackFailure {
    private final Reason reason;

    ElasticsearchOutcomeUnknownException(String message, Reason reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** For ha-stack's own packages: of a write by several requests, some of which were done. */
    public ElasticsearchOutcomeUnknownException(String message, Throwable cause) {
        this(message, StackFailure.of(cause).map(StackFailure::reason).orElse(Reason.CONNECTION_LOST), cause);
    }

    @Override
    public String store() {
        return ElasticsearchFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.UNKNOWN;
    }

    @Override
    public Reason reason() {
        return reason;
    }
}
