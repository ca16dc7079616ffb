package dev.hastack.examples.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A round-robin load balancer in front of the processes of one service, as nginx, HAProxy or Envoy would be.
 *
 * <p>It asks each process for its {@code /health} twice a second, and passes by those that do not answer 200. When none
 * does, it uses them all (Envoy calls it the panic threshold): a process that waits for a new primary serves its callers
 * better than a balancer that turns them away. A request goes to the next process only when it certainly did no harm:
 * when its connection was refused, or when it is a GET whose connection broke. Every answer is passed on as it is. Safe
 * for use by many threads.
 */
public final class Balancer implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(1);
    /** As nginx: longer than any process takes to give up by itself, and to say why. */
    private static final Duration REQUEST = Duration.ofSeconds(60);

    private static final Duration HEALTH = Duration.ofSeconds(1);
    private static final Duration HEALTH_INTERVAL = Duration.ofMillis(500);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final List<URI> processes;
    private final Set<URI> out = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** A balancer in front of these processes, such as {@code http://10.0.0.7:8080}; it trusts them until it knows. */
    public Balancer(List<URI> processes) {
        if (processes.isEmpty()) {
            throw new IllegalArgumentException("a balancer needs at least one process");
        }
        this.processes = List.copyOf(processes);
        Thread health = new Thread(this::watchHealth, "balancer-health");
        health.setDaemon(true);
        health.start();
    }

    /**
     * Sends one request to the process whose turn it is.
     *
     * @throws IOException when no process could be reached, or the connection to one broke; a write may have happened
     * @throws InterruptedException when the thread is interrupted
     */
    public HttpResponse<String> send(String method, String pathAndQuery, String body)
            throws IOException, InterruptedException {
        IOException last = new ConnectException("no process to try");
        for (URI process : inTurn()) {
            try {
                return client.send(
                        request(process, REQUEST, method, pathAndQuery, body), HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                boolean refused = e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
                if (refused) {
                    out.add(process);
                }
                if (!refused && !method.equals("GET")) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    /** The processes in rotation, beginning with the one whose turn it is. */
    private List<URI> inTurn() {
        List<URI> healthy = processes.stream().filter(p -> !out.contains(p)).toList();
        List<URI> candidates = healthy.isEmpty() ? processes : healthy;
        int first = Math.floorMod(turn.getAndIncrement(), candidates.size());
        List<URI> ordered = new ArrayList<>(candidates.subList(first, candidates.size()));
        ordered.addAll(candidates.subList(0, first));
        return ordered;
    }

    private void watchHealth() {
        try {
            do {
                for (URI process : processes) {
                    if (isHealthy(process)) {
                        out.remove(process);
                    } else {
                        out.add(process);
                    }
                }
            } while (!closed.await(HEALTH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isHealthy(URI process) throws InterruptedException {
        HttpRequest health = request(process, HEALTH, "GET", "/health", "");
        try {
            return client.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpRequest request(URI process, Duration timeout, String method, String pathAndQuery, String body) {
        return HttpRequest.newBuilder(process.resolve(pathAndQuery))
                .timeout(timeout)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** Stops asking for health. */
    @Override
    public void close() {
        closed.countDown();
    }
}
