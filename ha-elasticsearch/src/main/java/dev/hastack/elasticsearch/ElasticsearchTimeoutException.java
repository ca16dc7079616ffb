package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.net.SocketTimeoutException;

/**
 * A request was not ended within its time, or was not sent since the time of what it is a part of ({@link TimeLimit}) is over. The
 * outcome says whether a write may have been done.
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
