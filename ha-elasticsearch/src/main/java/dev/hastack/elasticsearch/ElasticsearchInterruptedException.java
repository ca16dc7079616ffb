package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.InterruptedIOException;

/**
 * The caller's thread was interrupted before its request was sent, or while a read waited for its answer; the thread's interrupt flag is set.
 * A write that may have been done ends with an {@link ElasticsearchOutcomeUnknownException} instead, whose reason is the interruption.
 */
public final class ElasticsearchInterruptedException extends InterruptedIOException implements StackFailure {
    private final Outcome outcome;

    /** For ha-stack's own packages. */
    public ElasticsearchInterruptedException(String message, Outcome outcome) {
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
        return Reason.INTERRUPTED;
    }
}
