package dev.hastack.elasticsearch;

import java.io.IOException;

/** A write was sent, and its answer is lost: nobody knows whether it was done. Read what it would have changed, or send it again if
 * twice is as good as once. */
public final class ElasticsearchOutcomeUnknownException extends IOException {
    ElasticsearchOutcomeUnknownException(String message) {
        super(message);
    }

    /** Of a write by several requests, some of which were done. */
    public ElasticsearchOutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
