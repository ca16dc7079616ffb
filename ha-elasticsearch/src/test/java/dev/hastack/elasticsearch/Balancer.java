package dev.hastack.elasticsearch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A load balancer before a real node, which passes everything on but what it is told to answer itself. */
final class Balancer implements AutoCloseable {
    private final URI node;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile Refusal refusal = new Refusal("no path begins so", 0, "", "");

    private record Refusal(String path, int status, String contentType, String body) {}

    private Balancer(URI node) throws IOException {
        this.node = node;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.createContext("/", this::pass);
        server.setExecutor(threads);
        server.start();
    }

    /** Puts one before each node. */
    static Balancer.All before(Map<String, String> properties) throws IOException {
        Map<String, String> settings = new HashMap<>(properties);
        List<Balancer> all = new ArrayList<>();
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            if (setting.getKey().endsWith(".address")) {
                Balancer balancer = new Balancer(URI.create(setting.getValue()));
                all.add(balancer);
                setting.setValue(
                        "http://127.0.0.1:" + balancer.server.getAddress().getPort());
            }
        }
        return new All(settings, all);
    }

    /** @param properties that lead to them */
    record All(Map<String, String> properties, List<Balancer> each) implements AutoCloseable {
        /**
         * Have them answer requests themselves.
         *
         * @param path that these begin with
         */
        void refuse(String path, int status, String contentType, String body) {
            each.forEach(balancer -> balancer.refusal = new Refusal(path, status, contentType, body));
        }

        /** How many they have answered so. */
        int refused() {
            return each.stream().mapToInt(balancer -> balancer.refused.get()).sum();
        }

        @Override
        public void close() {
            each.forEach(Balancer::close);
        }
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Refusal own = refusal;
        if (exchange.getRequestURI().getPath().startsWith(own.path())) {
            refused.incrementAndGet();
            exchange.getResponseHeaders().set("Content-Type", own.contentType());
            answer(exchange, own.status(), own.body().getBytes(StandardCharsets.UTF_8));
            return;
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        node.resolve(exchange.getRequestURI().toString()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        List.of("Content-Type", "Accept", "Authorization").forEach(name -> {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        });
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            List.of("Content-Type", "X-Elastic-Product")
                    .forEach(name -> response.headers()
                            .firstValue(name)
                            .ifPresent(value -> exchange.getResponseHeaders().set(name, value)));
            answer(exchange, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
