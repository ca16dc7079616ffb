package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.net.SocketTimeoutException;

/**
 * A read was not answered within its time, or a request was not sent since the time of what it is a part of ({@link TimeLimit}) is over.
 * A write that may have been done ends with an {@link ElasticsearchOutcomeUnknownException} instead.
 */
public final class ElasticsearchTimeoutException extends SocketTimeoutException implements StackFailure {
    private final Outcome outcome;

    /** For ha-stack's own packages. */
    public ElasticsearchTimeoutException(String message, Outcome outcome) {
        super(message);
        this.outcome = outcome;
    }

    @Override
    public String store() {
        return ElasticsearchFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public Reason reason() {
        return Reason.TIMED_OUT;
    }
}
