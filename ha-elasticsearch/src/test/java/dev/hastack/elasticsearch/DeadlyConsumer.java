package dev.hastack.elasticsearch;

import org.apache.http.ContentTooLongException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpResponse;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.protocol.AbstractAsyncResponseConsumer;
import org.apache.http.protocol.HttpContext;

/** Throws an error in the thread that reads an answer, as a lack of memory does. The RestClient never recovers from that. */
final class DeadlyConsumer extends AbstractAsyncResponseConsumer<HttpResponse> {

    @Override
    protected void onResponseReceived(HttpResponse response) {
        throw new OutOfMemoryError("by a test");
    }

    @Override
    protected void onContentReceived(ContentDecoder decoder, IOControl control) {}

    @Override
    protected void onEntityEnclosed(HttpEntity entity, ContentType type) throws ContentTooLongException {}

    @Override
    protected HttpResponse buildResult(HttpContext context) {
        throw new IllegalStateException("nothing was received");
    }

    @Override
    protected void releaseResources() {}
}
