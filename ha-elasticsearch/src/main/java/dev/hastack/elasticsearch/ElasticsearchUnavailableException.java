package dev.hastack.elasticsearch;

import java.io.IOException;

/** Not sent: a circuit breaker is open, since half of the requests of the last ten seconds to this publication, or to the cluster,
 * failed. */
public final class ElasticsearchUnavailableException extends IOException {
    ElasticsearchUnavailableException(String message) {
        super(message);
    }
}
