package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Requests to one node, for the testkit and for tests; by the JDK's client, so that none of Elasticsearch's is needed. */
final class ElasticsearchHttp {
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int FIRST_ERROR = 400;

    private final String address;
    private final Optional<String> login;
    private final Optional<SSLContext> tls;
    private volatile HttpClient client;

    /**
     * @param login {@code user:password}, where the node wants one
     * @param tls what to trust, where the node speaks TLS
     */
    ElasticsearchHttp(String address, Optional<String> login, Optional<SSLContext> tls) {
        this.address = address;
        this.login = login;
        this.tls = tls;
        this.client = connect();
    }

    private HttpClient connect() {
        var builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        tls.ifPresent(builder::sslContext);
        return builder.build();
    }

    /** Forgets its connections: those to a process that has ended would fail one request each. */
    void drop() {
        client = connect();
    }

    /**
     * The body of the answer.
     *
     * @throws ErrorStatus if the status is 400 or more
     * @throws UncheckedIOException if there is no answer within a minute
     */
    String send(String method, String path, @Nullable String json) {
        var request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(ANSWER)
                .method(
                        method,
                        json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json));
        if (json != null) {
            // A bulk request has a type of its own, though lines of JSON pass as JSON.
            request.header("Content-Type", "application/json");
        }
        login.ifPresent(with -> request.header(
                "Authorization", "Basic " + Base64.getEncoder().encodeToString(with.getBytes(StandardCharsets.UTF_8))));
        try {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= FIRST_ERROR) {
                throw new ErrorStatus(method + " " + path, answer.statusCode(), answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + address + path + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + method + " " + address + path, e);
        }
    }

    /** An answer of status 400 or more. */
    static final class ErrorStatus extends IllegalStateException {
        private final int status;

        ErrorStatus(String request, int status, String body) {
            super(request + " was answered with " + status + ": " + body);
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}
