package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;

/**
 * Some shards did not answer a read, or not in time: its results are incomplete. {@code ha.elasticsearch.reads.partial-results=flag}
 * has them returned as they are.
 */
public final class ElasticsearchPartialResultsException extends IOException implements StackFailure {
    private final transient Object response;

    ElasticsearchPartialResultsException(String message, Object response) {
        super(message);
        this.response = response;
    }

    /** What came: of the client's type, such as {@code SearchResponse}. */
    public Object response() {
        return response;
    }

    @Override
    public String store() {
        return ElasticsearchFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.NOT_DONE;
    }

    @Override
    public Reason reason() {
        return Reason.PARTIAL;
    }
}
