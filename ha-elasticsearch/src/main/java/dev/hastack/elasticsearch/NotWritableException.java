package dev.hastack.elasticsearch;

/** A write in a stack that may only read: nothing was sent. */
public final class NotWritableException extends RuntimeException {
    public NotWritableException(String message) {
        super(message);
    }
}
