package dev.hastack.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.StackConfig;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGProperty;

/** A server that begins an answer to the probe and never ends it fills no heap, and one that ends in the middle of it holds no thread. */
@Timeout(600)
class EndlessAnswerTest {
    /** What the system takes beside, for either side of a connection. */
    private static final int BUFFERS = 16 << 20;

    /** What never ends: a message of the protocol, and whether it comes before the login is over. */
    enum Endless {
        PARAMETERS(true, 'S', "a\0" + "b".repeat(1024) + "\0"),
        ROWS(false, 'D', "\0\0"),
        NOTICES(false, 'N', "\0"),
        NOTIFICATIONS(false, 'A', "\0\0\0\1c\0\0");

        private final boolean atLogin;
        private final char type;
        private final String body;

        Endless(boolean atLogin, char type, String body) {
            this.atLogin = atLogin;
            this.type = type;
            this.body = body;
        }
    }

    /** What is said instead of the rest of the login, or of the answer; how many bytes that was. */
    private interface Answer {
        int to(DataOutputStream out) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void ends_the_probe(Endless endless) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Integer> sent = new CompletableFuture<>();
            serve(server, endless.atLogin, out -> forEver(out, endless), sent);
            PostgresProbe probe = probe(server);
            probe.arm();

            assertThatThrownBy(probe::ask)
                    .isInstanceOf(SQLException.class)
                    .hasStackTraceContaining("it sends more than the 256 KiB that an answer to a probe can have");
            assertThat(sent.get(60, TimeUnit.SECONDS)).isLessThan(AnswerLimit.MOST_BYTES + BUFFERS);
            probe.close();
        }
    }

    /** The beginning of an answer of HTTP is one, too. */
    @Test
    void that_ends_in_the_middle_of_what_the_driver_skips_ends_the_probe() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Integer> sent = new CompletableFuture<>();
            serve(
                    server,
                    false,
                    out -> {
                        out.writeBytes("HTTP/1.1 400 Bad Request\r\n\r\n");
                        out.flush();
                        return out.size();
                    },
                    sent);
            PostgresProbe probe = probe(server);
            probe.arm();

            // On a thread that nothing ends but the answer: the driver's loop hears of no interrupt.
            CompletableFuture<String> asked =
                    Stacks.inBackground(() -> probe.ask().toString());
            assertThatThrownBy(() -> asked.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(SQLException.class);
            assertThat(sent).isCompleted();
            probe.close();
        }
    }

    private static PostgresProbe probe(ServerSocket server) {
        PostgresConfig config = StackConfig.of(Map.of(
                        "ha.postgres.database", "cms",
                        "ha.postgres.username", "cms",
                        "ha.postgres.connect-timeout", "60s",
                        "ha.postgres.properties.sslmode", "disable",
                        "ha.postgres.nodes.main.address", "127.0.0.1:" + server.getLocalPort()))
                .postgres()
                .orElseThrow();
        DriverConnectors connectors = new DriverConnectors(config, "test");
        // As PostgresPools has it.
        return new PostgresProbe(
                new ProbeConnection(
                        "main", key -> connectors.to("main", key, Map.of(PGProperty.PREFER_QUERY_MODE, "simple"))),
                true,
                why -> {},
                new SessionsByProbe());
    }

    /** As much of the protocol as a login without a password and a query take; completes with the bytes that went out without an end. */
    private static void serve(ServerSocket server, boolean atLogin, Answer answer, CompletableFuture<Integer> sent) {
        Thread thread = new Thread(
                () -> {
                    // Once more: a probe asks again for less.
                    while (!server.isClosed()) {
                        serveOne(server, atLogin, answer, sent);
                    }
                },
                "endless");
        thread.setDaemon(true);
        thread.start();
    }

    private static void serveOne(ServerSocket server, boolean atLogin, Answer answer, CompletableFuture<Integer> sent) {
        try (Socket client = server.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream(), 64 << 10));
            in.skipNBytes(in.readInt() - 4);
            say(out, 'R', "\0\0\0\0");
            if (atLogin) {
                sent.complete(answer.to(out));
                return;
            }
            say(out, 'S', "server_version\00018.0\0");
            say(out, 'S', "client_encoding\0UTF8\0");
            say(out, 'S', "standard_conforming_strings\0on\0");
            say(out, 'S', "DateStyle\0ISO\0");
            say(out, 'Z', "I");
            out.flush();
            while (in.readUnsignedByte() == 'Q') {
                String query = new String(in.readNBytes(in.readInt() - 4), ISO_8859_1);
                if (query.contains("pg_is_in_recovery")) {
                    say(out, 'T', "\0\0");
                    sent.complete(answer.to(out));
                    return;
                }
                say(out, 'C', "SET\0");
                say(out, 'Z', "I");
                out.flush();
            }
            throw new EOFException("the probe asks by other than simple queries");
        } catch (IOException e) {
            sent.completeExceptionally(e);
        }
    }

    /** Until the client has had enough, or has taken what is far too much. */
    private static int forEver(DataOutputStream out, Endless endless) {
        int begin = out.size();
        try {
            while (out.size() - begin < 2 * BUFFERS) {
                say(out, endless.type, endless.body);
            }
        } catch (IOException e) {
            // It has.
        }
        return out.size() - begin;
    }

    private static void say(DataOutputStream out, char type, String body) throws IOException {
        out.writeByte(type);
        out.writeInt(4 + body.length());
        out.writeBytes(body);
    }
}
