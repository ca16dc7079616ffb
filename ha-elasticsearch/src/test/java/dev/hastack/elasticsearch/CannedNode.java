package dev.hastack.elasticsearch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** An HTTP server that gives one answer, as an Elasticsearch gave it once; or takes its time for that. */
public final class CannedNode implements AutoCloseable {
    /** As long as any test takes. */
    static final Duration NEVER = Duration.ofHours(1);

    private static final String JSON = "application/vnd.elasticsearch+json;compatible-with=8";

    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();
    private final ScheduledThreadPoolExecutor later = new ScheduledThreadPoolExecutor(1);

    CannedNode(int status, String contentType, String body) throws IOException {
        this(status, contentType, body, number -> Duration.ZERO);
    }

    /** @param within how long it takes to answer the first request, the second and so on */
    private CannedNode(int status, String contentType, String body, IntFunction<Duration> within) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", exchange -> {
            Duration after = within.apply(asked.incrementAndGet());
            exchange.getRequestBody().readAllBytes();
            if (after.isZero()) {
                answer(exchange, status, contentType, body);
            } else {
                var unused = later.schedule(
                        () -> {
                            answer(exchange, status, contentType, body);
                            return true;
                        },
                        after.toMillis(),
                        TimeUnit.MILLISECONDS);
            }
        });
        server.start();
    }

    private static void answer(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        if (contentType.contains("elasticsearch")) {
            exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
        }
        boolean empty = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, empty ? -1 : bytes.length);
        if (!empty) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    static CannedNode json(int status, String body) throws IOException {
        return new CannedNode(status, JSON, body);
    }

    /** Counts seven documents. */
    static CannedNode counting(Duration after) throws IOException {
        return new CannedNode(
                200,
                JSON,
                "{\"count\":7,\"_shards\":{\"total\":1,\"successful\":1,\"skipped\":0,\"failed\":0}}",
                number -> after);
    }

    /** Takes documents. */
    static CannedNode taking(Duration after) throws IOException {
        return new CannedNode(
                201,
                JSON,
                "{\"_index\":\"cms-news-000001\",\"_id\":\"1\",\"_version\":1,\"result\":\"created\",\"_shards\":{\"total\":1,"
                        + "\"successful\":1,\"failed\":0},\"_seq_no\":0,\"_primary_term\":1}",
                number -> after);
    }

    /** Refuses the document of each bulk, but has no answer to the first one. */
    public static CannedNode refusingAfterSilence() throws IOException {
        return new CannedNode(
                200,
                JSON,
                "{\"took\":1,\"errors\":true,\"items\":[{\"index\":{\"_index\":\"cms-news-000001\",\"_id\":\"1\",\"status\":429,"
                        + "\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"full\"}}}]}",
                number -> number == 1 ? NEVER : Duration.ZERO);
    }

    int port() {
        return server.getAddress().getPort();
    }

    int asked() {
        return asked.get();
    }

    /** How a node at this port is reached. */
    static NodeConnector.Target target(int port) {
        return target("es-1", port);
    }

    static NodeConnector.Target target(String node, int port) {
        return target(node, port, Duration.ofMillis(300));
    }

    /** @param longest that an answer may take */
    static NodeConnector.Target target(String node, int port, Duration longest) {
        return new NodeConnector.Target(
                node,
                URI.create("http://127.0.0.1:" + port),
                Duration.ofMillis(300),
                longest,
                10,
                () -> Map.of(),
                Optional.empty(),
                false);
    }

    @Override
    public void close() {
        later.shutdownNow();
        server.stop(0);
    }
}
