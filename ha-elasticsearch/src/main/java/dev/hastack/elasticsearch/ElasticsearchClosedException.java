package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;

/** The stack has been closed: the request was not sent, or its answer was not waited for; the outcome says which. */
public final class ElasticsearchClosedException extends IOException implements StackFailure {
    private final Outcome outcome;

    ElasticsearchClosedException(Outcome outcome) {
        super("elasticsearch: the stack has been closed");
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
        return Reason.CLOSED;
    }
}
