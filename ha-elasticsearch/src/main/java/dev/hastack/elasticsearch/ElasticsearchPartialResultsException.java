package dev.hastack.elasticsearch;

import java.io.IOException;

/**
 * Some shards did not answer a read, or not in time: its results are incomplete. {@code ha.elasticsearch.partial-results=flag}
 * has them returned as they are.
 */
public final class ElasticsearchPartialResultsException extends IOException {
    private final transient Object response;

    ElasticsearchPartialResultsException(String message, Object response) {
        super(message);
        this.response = response;
    }

    /** What came: of the client's type, such as {@code SearchResponse}. */
    public Object response() {
        return response;
    }
}
