package dev.hastack.elasticsearch;

import java.io.IOException;

/** No node could be asked within the time that the request had; the message has the topology that was seen. */
public final class ElasticsearchNoNodeException extends IOException {
    ElasticsearchNoNodeException(String message) {
        super(message);
    }
}
