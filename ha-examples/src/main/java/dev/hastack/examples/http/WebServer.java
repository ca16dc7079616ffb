package dev.hastack.examples.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server with one handler and as many threads as it has requests in hand, at most {@value #THREADS}. */
public final class WebServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
    private static final int THREADS = 32;
    private static final int MAX_BODY = 1 << 20;

    static {
        // Without it, the second half of an answer on a kept-alive connection waits 40 ms for a delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final Handler handler;

    private WebServer(HttpServer server, ExecutorService threads, Handler handler) {
        this.server = server;
        this.threads = threads;
        this.handler = handler;
    }

    /** Serves on this port of loopback alone, as {@link #start(InetAddress, int, Handler)} does. */
    public static WebServer start(int port, Handler handler) throws IOException {
        return start(InetAddress.getLoopbackAddress(), port, handler);
    }

    /**
     * Serves on this port of this address, to whoever can reach it: it asks nobody who he is. Port 0 picks a free one.
     *
     * @throws IOException when the port is taken, or the address is none of this machine's
     */
    public static WebServer start(InetAddress address, int port, Handler handler) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(address, port), 0);
        } catch (BindException e) {
            throw new IOException(
                    "cannot listen on port " + port + " of " + address.getHostAddress() + " (" + e.getMessage()
                            + "): set PORT to a free one, and LISTEN_ADDRESS to an address of this machine",
                    e);
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        WebServer web = new WebServer(server, threads, handler);
        server.setExecutor(threads);
        server.createContext("/", web::serve);
        server.start();
        return web;
    }

    /** The port that it serves on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Response response = answer(exchange);
            response.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
            boolean silent = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(response.status(), silent ? -1 : body.length);
            if (!silent) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private Response answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        try {
            if (body.length > MAX_BODY) {
                throw new HttpError(413, "the body is larger than " + MAX_BODY + " bytes");
            }
            String query = exchange.getRequestURI().getRawQuery();
            return handler.handle(new Request(
                    exchange.getRequestMethod(),
                    segments(exchange.getRequestURI().getPath()),
                    query == null ? "" : query,
                    new String(body, StandardCharsets.UTF_8)));
        } catch (HttpError e) {
            return Response.of(e);
        } catch (Exception e) {
            LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            return Response.of(new HttpError(500, "this server failed: " + e));
        }
    }

    private static List<String> segments(String path) {
        return Arrays.stream(path.split("/", -1)).filter(s -> !s.isEmpty()).toList();
    }

    /** Stops listening and answers no more; what is in hand is cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
