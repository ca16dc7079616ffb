package dev.hastack.elasticsearch;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that gives one answer, as an Elasticsearch gave it once. */
final class CannedNode implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();

    CannedNode(int status, String contentType, String body) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
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
        });
        server.start();
    }

    static CannedNode json(int status, String body) throws IOException {
        return new CannedNode(status, "application/vnd.elasticsearch+json;compatible-with=8", body);
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
        return new NodeConnector.Target(
                node,
                URI.create("http://127.0.0.1:" + port),
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                10,
                () -> Map.of(),
                Optional.empty(),
                false);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
