package dev.hastack.elasticsearch;

import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.transport.rest_client.RestClientHttpClient;
import co.elastic.clients.transport.rest_client.RestClientOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.http.impl.nio.conn.PoolingNHttpClientConnectionManager;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;

/**
 * The RestClient, with every answer of the server passed on as one. By itself it throws for the most part of the errors
 * before they are read, of a type of its own, and takes its only node for dead at some.
 * That goes for redirections, and for statuses that only proxies know, too.
 */
final class RestHttpClient implements TransportHttpClient {
    /** A parameter that the RestClient takes for itself: the statuses that are no errors to it. */
    private static final String IGNORE = "ignore";

    private static final String ERRORS = "300,301,302,303,304,305,307,308,"
            + "400,401,402,403,404,405,406,407,408,409,410,411,412,413,414,415,416,417,418,421,422,423,424,425,426,428,429,431,"
            + "444,451,494,495,496,497,499,500,501,502,503,504,505,506,507,508,509,510,511,"
            + "520,521,522,523,524,525,526,527,529,530,598,599";

    private final RestClient rest;
    private final PoolingNHttpClientConnectionManager pool;
    private final RestClientHttpClient client;

    /** @param pool of its connections */
    RestHttpClient(RestClient rest, PoolingNHttpClientConnectionManager pool) {
        this.rest = rest;
        this.pool = pool;
        this.client = new RestClientHttpClient(rest);
    }

    boolean running() {
        return rest.isRunning();
    }

    void closeIdle(Duration idle) {
        pool.closeIdleConnections(idle.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public TransportOptions createOptions(@Nullable TransportOptions options) {
        RestClientOptions made = client.createOptions(options);
        return made.queryParameters().containsKey(IGNORE) ? made : made.with(o -> o.setParameter(IGNORE, ERRORS));
    }

    @Override
    public Response performRequest(String endpoint, @Nullable Node node, Request request, TransportOptions options)
            throws IOException {
        return client.performRequest(endpoint, node, request, createOptions(options));
    }

    @Override
    public CompletableFuture<Response> performRequestAsync(
            String endpoint, @Nullable Node node, Request request, TransportOptions options) {
        return client.performRequestAsync(endpoint, node, request, createOptions(options));
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
