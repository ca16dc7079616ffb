package dev.hastack.elasticsearch.publication;

import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.json.JsonpSerializable;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportOptions;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.StringWriter;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A transport that lets a real cluster open a generation to the users of its publication, once, and spoils what the caller learns of
 * that; all else it passes on. This is the request after which nothing can be undone.
 */
final class SpoiledAnswer implements ElasticsearchTransport {

    /** What happens when the cluster has done it. */
    enum How {
        /** As where a node does not confirm the change in time. */
        UNCONFIRMED,
        /** As where the connection ends before the answer. */
        LOST,
        /** The thread is interrupted while it waits for the answer. */
        INTERRUPTED,
        /** The thread is interrupted when it has the answer. */
        INTERRUPTED_AFTERWARDS;

        boolean interrupts() {
            return this == INTERRUPTED || this == INTERRUPTED_AFTERWARDS;
        }
    }

    private final ElasticsearchTransport transport;
    private final String read;
    private final How how;
    private final AtomicBoolean spoiled = new AtomicBoolean();

    /** @param read the alias by which users read the publication */
    SpoiledAnswer(ElasticsearchTransport transport, String read, How how) {
        this.transport = transport;
        this.read = read;
        this.how = how;
    }

    /** Whether it has happened. */
    boolean spoiled() {
        return spoiled.get();
    }

    @Override
    public <Q, R, E> R performRequest(Q request, Endpoint<Q, R, E> endpoint, @Nullable TransportOptions options)
            throws IOException {
        R answer = transport.performRequest(request, endpoint, options);
        return opens(request, endpoint.id()) && spoiled.compareAndSet(false, true) ? spoil(answer) : answer;
    }

    private boolean opens(Object request, String endpoint) {
        return (endpoint.equals("es/indices.update_aliases") || endpoint.equals("es/indices.create"))
                && request instanceof JsonpSerializable body
                && json(body).contains('"' + read + '"');
    }

    private String json(JsonpSerializable body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = jsonpMapper().jsonProvider().createGenerator(text)) {
            body.serialize(generator, jsonpMapper());
        }
        return text.toString();
    }

    @SuppressWarnings("unchecked") // These requests are answered with what JSON there is.
    private <R> R spoil(R answer) throws IOException {
        switch (how) {
            case UNCONFIRMED -> {
                return (R) Json.createObjectBuilder().add("acknowledged", false).build();
            }
            case LOST -> throw new SocketTimeoutException("the answer was lost");
            case INTERRUPTED -> {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while it waited for its answer");
            }
            case INTERRUPTED_AFTERWARDS -> {
                Thread.currentThread().interrupt();
                return answer;
            }
        }
        throw new AssertionError(how);
    }

    @Override
    public <Q, R, E> CompletableFuture<R> performRequestAsync(
            Q request, Endpoint<Q, R, E> endpoint, @Nullable TransportOptions options) {
        return transport.performRequestAsync(request, endpoint, options);
    }

    @Override
    public JsonpMapper jsonpMapper() {
        return transport.jsonpMapper();
    }

    @Override
    public TransportOptions options() {
        return transport.options();
    }

    /** Closes nothing: the transport is the stack's. */
    @Override
    public void close() {}
}
