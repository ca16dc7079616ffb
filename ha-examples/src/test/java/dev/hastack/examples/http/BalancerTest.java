package dev.hastack.examples.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BalancerTest {

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    @Test
    void takes_the_processes_in_turn() throws Exception {
        Balancer balancer = balancer(process("a", new AtomicInteger(200)), process("b", new AtomicInteger(200)));

        assertThat(List.of(ask(balancer), ask(balancer), ask(balancer), ask(balancer)))
                .containsExactly("\"a\"", "\"b\"", "\"a\"", "\"b\"");
    }

    @Test
    void passes_by_a_process_that_is_gone_for_reads_and_writes_alike() throws Exception {
        Balancer balancer = balancer(nobody(), process("b", new AtomicInteger(200)));

        for (int i = 0; i < 4; i++) {
            assertThat(balancer.send("PUT", "/", "x").body()).isEqualTo("\"b\"");
            assertThat(ask(balancer)).isEqualTo("\"b\"");
        }
    }

    @Test
    void takes_a_process_out_while_it_says_that_it_is_down_and_back_in_later() throws Exception {
        AtomicInteger health = new AtomicInteger(503);
        Balancer balancer = balancer(process("a", health), process("b", new AtomicInteger(200)));

        askUntilAnswersAre(balancer, Set.of("\"b\""));
        health.set(200);
        askUntilAnswersAre(balancer, Set.of("\"a\"", "\"b\""));
    }

    @Test
    void uses_all_processes_when_none_is_healthy() throws Exception {
        AtomicInteger health = new AtomicInteger(200);
        Balancer balancer = balancer(process("a", health), process("b", health));
        health.set(503);

        askUntilAnswersAre(balancer, Set.of("\"a\"", "\"b\""));
    }

    @Test
    void a_write_whose_connection_broke_is_not_sent_again() throws Exception {
        AtomicInteger received = new AtomicInteger();
        Balancer balancer = balancer(hangsUp(received), hangsUp(received));

        assertThatThrownBy(() -> balancer.send("PUT", "/", "x")).isInstanceOf(IOException.class);
        assertThat(received).hasValue(1);
    }

    @Test
    void says_so_when_there_is_nobody() throws Exception {
        Balancer balancer = balancer(nobody(), nobody());

        assertThatThrownBy(() -> ask(balancer)).isInstanceOf(IOException.class);
    }

    private Balancer balancer(URI... processes) {
        Balancer balancer = new Balancer(List.of(processes));
        open.add(0, balancer);
        return balancer;
    }

    private static String ask(Balancer balancer) throws Exception {
        return balancer.send("GET", "/", "").body();
    }

    /** The health checks run on their own time: asks until six answers in a row are of these, all of them. */
    private static void askUntilAnswersAre(Balancer balancer, Set<String> expected) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Set<String> answers = new HashSet<>();
        while (System.nanoTime() < end) {
            answers.clear();
            for (int i = 0; i < 6; i++) {
                answers.add(ask(balancer));
            }
            if (answers.equals(expected)) {
                return;
            }
        }
        assertThat(answers).isEqualTo(expected);
    }

    private URI process(String name, AtomicInteger health) throws IOException {
        WebServer server = WebServer.start(
                0,
                request -> request.path().equals(List.of("health"))
                        ? Response.json(health.get(), Map.of())
                        : Response.json(200, name));
        open.add(server);
        return URI.create("http://localhost:" + server.port());
    }

    /** Reads a request and closes the connection; answers only to questions for its health. */
    private URI hangsUp(AtomicInteger received) throws IOException {
        ServerSocket listener = new ServerSocket(0);
        open.add(listener);
        Thread thread = new Thread(() -> {
            while (true) {
                try (var connection = listener.accept()) {
                    byte[] request = new byte[8192];
                    int length = connection.getInputStream().read(request);
                    if (length > 3 && request[0] == 'P') {
                        received.incrementAndGet();
                    } else {
                        connection
                                .getOutputStream()
                                .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                } catch (IOException e) {
                    return;
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return URI.create("http://localhost:" + listener.getLocalPort());
    }

    private static URI nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return URI.create("http://localhost:" + socket.getLocalPort());
        }
    }
}
