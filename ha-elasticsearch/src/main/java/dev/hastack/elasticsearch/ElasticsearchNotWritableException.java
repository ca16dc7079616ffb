package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;

/** A write in a stack that may only read ({@code ha.elasticsearch.writable=false}): nothing was sent. */
public final class ElasticsearchNotWritableException extends IOException implements StackFailure {
    /** For ha-stack's own packages. */
    public ElasticsearchNotWritableException(String message) {
        super(message);
    }

    @Override
    public String store() {
        return ElasticsearchFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.NOT_SENT;
    }

    @Override
    public Reason reason() {
        return Reason.NOT_WRITABLE;
    }
}
