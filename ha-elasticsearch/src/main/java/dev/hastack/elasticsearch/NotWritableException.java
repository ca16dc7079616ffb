package dev.hastack.elasticsearch;

import java.io.IOException;

/** A write in a stack that may only read ({@code ha.elasticsearch.writable=false}): nothing was sent. */
public final class NotWritableException extends IOException {
    public NotWritableException(String message) {
        super(message);
    }
}
