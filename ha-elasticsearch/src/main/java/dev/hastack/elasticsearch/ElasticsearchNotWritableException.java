package dev.hastack.elasticsearch;

import java.io.IOException;

/** A write in a stack that may only read ({@code ha.elasticsearch.writable=false}): nothing was sent. */
public final class ElasticsearchNotWritableException extends IOException {
    public ElasticsearchNotWritableException(String message) {
        super(message);
    }
}
