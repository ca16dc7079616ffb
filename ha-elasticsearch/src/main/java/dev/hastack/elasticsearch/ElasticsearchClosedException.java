package dev.hastack.elasticsearch;

import java.io.IOException;

/** The stack has been closed; the request was not sent, or nobody waits for its answer any more. */
public final class ElasticsearchClosedException extends IOException {
    ElasticsearchClosedException(String message) {
        super(message);
    }
}
