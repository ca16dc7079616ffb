package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;

/**
 * More requests are in flight than {@code ha.elasticsearch.max-in-flight} or {@code publication-share} allows, or more operations of a
 * bulk than it has room for; this one was not sent.
 */
public final class ElasticsearchOverloadedException extends IOException implements StackFailure {

    /** For ha-stack's own packages. */
    public ElasticsearchOverloadedException(String message) {
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
        return Reason.OVERLOADED;
    }
}
