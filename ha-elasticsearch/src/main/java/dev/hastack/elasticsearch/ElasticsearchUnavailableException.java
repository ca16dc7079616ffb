package dev.hastack.elasticsearch;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;

/** Not sent: a circuit breaker is open, since half of the requests of the last ten seconds to this publication, or to the cluster,
 * failed. */
public final class ElasticsearchUnavailableException extends IOException implements StackFailure {
    ElasticsearchUnavailableException(String message) {
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
        return Reason.UNAVAILABLE;
    }
}
