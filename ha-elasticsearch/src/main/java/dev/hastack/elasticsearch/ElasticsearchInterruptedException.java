package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.InterruptedIOException;

/** The caller's thread was interrupted while it waited for an answer; the thread's interrupt flag is set. */
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
