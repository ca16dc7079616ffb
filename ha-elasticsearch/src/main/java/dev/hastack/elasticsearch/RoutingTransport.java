package dev.hastack.elasticsearch;

import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.DefaultTransportOptions;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportOptions;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.monitor.GracePeriod;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The client's transport: chooses the node, sends again what may be sent again, and guards publications from each other. */
final class RoutingTransport implements ElasticsearchTransport {
    /** How much longer than a request's time its caller waits for word of its end. */
    private static final long MARGIN = 500_000_000L;

    private final Router router;
    private final JsonpMapper mapper;

    RoutingTransport(Router router, JsonpMapper mapper) {
        this.router = router;
        this.mapper = mapper;
    }

    @Override
    public <Q, R, E> R performRequest(Q request, Endpoint<Q, R, E> endpoint, @Nullable TransportOptions options)
            throws IOException {
        Call<Q, R> call = begin(request, endpoint, options, false);
        await(call);
        try {
            return call.result().join();
        } catch (CompletionException e) {
            Throwable error = e.getCause() == null ? e : e.getCause();
            // It was made where the answer was read; the caller wants to see where he asked.
            Throwable unused = error.fillInStackTrace();
            if (error instanceof IOException io) {
                throw io;
            } else if (error instanceof RuntimeException runtime) {
                throw runtime;
            } else if (error instanceof Error fatal) {
                throw fatal;
            }
            throw new IOException(error.getMessage(), error);
        }
    }

    /**
     * Waits until it has ended, or ends it. This thread may be the first to run after a pause of this process, in which the router has ended
     * nothing, and puts that off: so does the caller.
     */
    private static void await(Call<?, ?> call) {
        try {
            if (!ends(call, call.limit() + MARGIN) && !ends(call, GracePeriod.LONGEST.toNanos() + MARGIN)) {
                call.giveUp(
                        Reason.TIMED_OUT,
                        "not ended within its time: this process was stopped, or is too busy to look after its calls");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.giveUp(Reason.INTERRUPTED, "interrupted while it waited for its answer");
        }
    }

    /** Whether it ends within so many ns. */
    private static boolean ends(Call<?, ?> call, long within) throws InterruptedException {
        try {
            Object unused = call.result().get(within, TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    @Override
    public <Q, R, E> CompletableFuture<R> performRequestAsync(
            Q request, Endpoint<Q, R, E> endpoint, @Nullable TransportOptions options) {
        try {
            return begin(request, endpoint, options, true).result();
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <Q, R> Call<Q, R> begin(
            Q request, Endpoint<Q, R, ?> endpoint, @Nullable TransportOptions options, boolean async)
            throws IOException {
        String index = endpoint.pathParameters(request).getOrDefault("index", "");
        Operation operation = Operation.of(endpoint.id(), endpoint.method(request));
        if (router.closing()) {
            throw new ElasticsearchClosedException(Outcome.NOT_SENT);
        } else if (operation.changes() && !router.config().writable()) {
            throw new ElasticsearchNotWritableException(Call.subject(endpoint.id(), index)
                    + "not sent, since this stack may only read (ha.elasticsearch.writable=false)");
        }
        if (!async && Thread.currentThread().isInterrupted()) {
            throw new ElasticsearchInterruptedException(
                    Call.subject(endpoint.id(), index)
                            + "not sent, since the thread is interrupted, and would not wait for the answer",
                    Outcome.NOT_SENT);
        }
        long left = TimeLimit.left();
        if (left <= 0) {
            throw new ElasticsearchTimeoutException(
                    Call.subject(endpoint.id(), index) + "not sent, since the time for what it is a part of is over",
                    Outcome.NOT_SENT);
        }
        router.guards().check(!operation.changes(), () -> Call.subject(endpoint.id(), index));
        String scope = Scope.of(request, index, endpoint.id());
        Call<Q, R> call = new Call<>(request, endpoint, operation, index, scope, router, mapper, options, left, async);
        router.begin(call);
        return call;
    }

    @Override
    public JsonpMapper jsonpMapper() {
        return mapper;
    }

    @Override
    public TransportOptions options() {
        return DefaultTransportOptions.EMPTY;
    }

    /** Closes nothing: the transport is the stack's. */
    @Override
    public void close() {}
}
