package dev.hastack.elasticsearch;

import java.io.IOException;

/** More requests are under way than {@code ha.elasticsearch.max-in-flight} or {@code publication-share} allows; this one was not sent. */
public final class ElasticsearchOverloadedException extends IOException {
    ElasticsearchOverloadedException(String message) {
        super(message);
    }
}
