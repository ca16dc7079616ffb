package dev.hastack.examples.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebServerTest {

    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(0, request -> switch (request.path().isEmpty()
                ? ""
                : request.path().get(0)) {
            case "echo" ->
                Response.json(
                        200,
                        Map.of(
                                "method", request.method(),
                                "path", request.path(),
                                "after", request.parameter("after").orElse("-"),
                                "body", request.body()));
            case "busy" -> throw new HttpError(503, "no primary");
            case "broken" -> throw new IllegalStateException("a bug");
            default -> throw new HttpError(404, "nothing at " + request.address());
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void hands_over_method_path_query_and_body_and_answers_json() throws Exception {
        HttpResponse<String> answer = send("PUT", "/echo/a%20b?limit=1&after=n-1", "Grüße");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        assertThat(JsonParser.parseString(answer.body()))
                .isEqualTo(JsonParser.parseString(
                        "{'method': 'PUT', 'path': ['echo', 'a b'], 'after': 'n-1', 'body': 'Grüße'}"));
    }

    @Test
    void an_error_says_in_json_what_is_wrong() throws Exception {
        HttpResponse<String> answer = send("GET", "/nowhere/to/go", "");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("{\"error\":\"nothing at /nowhere/to/go\"}");
    }

    @Test
    void a_server_that_cannot_serve_now_says_when_to_come_back() throws Exception {
        HttpResponse<String> answer = send("GET", "/busy", "");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    }

    @Test
    void a_bug_is_answered_with_500() throws Exception {
        HttpResponse<String> answer = send("GET", "/broken", "");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("a bug");
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws Exception {
        assertThat(send("PUT", "/echo", "x".repeat((1 << 20) + 1)).statusCode()).isEqualTo(413);
    }

    @Test
    void a_taken_port_is_named() {
        assertThatThrownBy(() -> WebServer.start(server.port(), request -> Response.json(200, Map.of())))
                .hasMessageContaining("port " + server.port())
                .hasMessageContaining("PORT");
    }

    @Test
    void is_to_be_had_at_loopback_alone_unless_told_otherwise() throws IOException {
        // On Linux every address of 127/8 leads here, but only to what listens at all of them, or at this one.
        InetAddress other = InetAddress.getByName("127.0.0.2");
        try (WebServer open =
                WebServer.start(InetAddress.getByName("0.0.0.0"), 0, request -> Response.json(200, Map.of()))) {
            assumeThat(connects(other, open.port())).isTrue();
        }
        assertThat(connects(InetAddress.getLoopbackAddress(), server.port())).isTrue();
        assertThat(connects(other, server.port())).isFalse();
    }

    private static boolean connects(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                                .method(method, BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
    }
}
