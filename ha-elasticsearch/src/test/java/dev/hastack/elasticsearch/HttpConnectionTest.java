package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpConnectionTest {

    /** A server that says the beginning once, and then the rest until nobody listens. */
    private static Thread serve(ServerSocket server, String beginning, String rest) {
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                OutputStream out = socket.getOutputStream();
                out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
                byte[] more = rest.getBytes(StandardCharsets.ISO_8859_1);
                while (more.length > 0) {
                    out.write(more);
                }
                out.flush();
                int unused = socket.getInputStream().read(new byte[1024]);
            } catch (IOException e) {
                // The client has had enough.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Patient, since a machine that builds may be busy. */
    private static NodeConnector.Target target(int port) {
        NodeConnector.Target quick = CannedNode.target(port);
        return new NodeConnector.Target(
                quick.node(),
                quick.address(),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                1,
                quick.identity(),
                quick.tls(),
                quick.verifyHost());
    }

    private static String lines(String text) {
        return text.replace("~", "\r\n");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
                HTTP/1.1 200                                    | x         | a line longer than 16384 bytes
                HTTP/1.1 200 OK~                                | a: b~     | more than 200 headers
                HTTP/1.1 200 OK~Content-Length: 2147483647~~    | {         | a body longer than 8388608 bytes
                HTTP/1.1 200 OK~Content-Length: 99999999999~~   | {         | expected a length, but got '99999999999'
                HTTP/1.1 200 OK~Transfer-Encoding: chunked~~    | 5~aaaaa~  | a body longer than 8388608 bytes
                HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~  | a: b~     | more than 200 trailers
                """)
    void ends_an_answer_without_an_end(String beginning, String rest, String why) throws Exception {
        Thread serving;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpConnection connection = new HttpConnection(target(server.getLocalPort()))) {
            serving = serve(server, lines(beginning), lines(rest));
            connection.connect();

            assertThatThrownBy(() -> connection.get("/"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(why)
                    .hasMessageContaining("es-1");
        }
        serving.join(60_000);
        assertThat(serving.isAlive()).isFalse();
    }

    @Test
    void reads_an_answer_in_chunks() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpConnection connection = new HttpConnection(target(server.getLocalPort()))) {
            serve(
                    server,
                    lines(
                            "HTTP/1.1 404 Not Found~X-Elastic-Product: Elasticsearch~Transfer-Encoding: chunked~~2~{}~0~a: b~~"),
                    "");
            connection.connect();

            assertThat(connection.get("/")).isEqualTo(new HttpConnection.Reply(404, "{}", true));
        }
    }
}
