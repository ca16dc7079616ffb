package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsDoubtTest {
    private final AtomicInteger greeted = new AtomicInteger();
    private final List<ServerSocket> servers = new ArrayList<>();

    private interface Manners {
        void meet(Socket client) throws IOException;
    }

    private TlsDoubt towards(ServerSocketFactory sockets, Manners manners, boolean tls) throws IOException {
        return towards(sockets, manners, tls, Duration.ofSeconds(10));
    }

    private TlsDoubt towards(ServerSocketFactory sockets, Manners manners, boolean tls, Duration patience)
            throws IOException {
        ServerSocket listening = sockets.createServerSocket(0, 8, InetAddress.getLoopbackAddress());
        servers.add(listening);
        Thread thread = new Thread(() -> {
            while (!listening.isClosed()) {
                try (Socket client = listening.accept()) {
                    greeted.incrementAndGet();
                    manners.meet(client);
                } catch (IOException e) {
                    // The greeting is all that it wanted.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return new TlsDoubt(
                () -> Optional.of((InetSocketAddress) listening.getLocalSocketAddress()), tls, patience, "set the key");
    }

    @AfterEach
    void close() throws IOException {
        for (ServerSocket server : servers) {
            server.close();
        }
    }

    /** Without a certificate, it ends each handshake, in TLS. */
    private TlsDoubt towardsTls(boolean tls) throws Exception {
        return towards(
                SSLContext.getDefault().getServerSocketFactory(),
                client -> client.getInputStream().read(),
                tls);
    }

    private TlsDoubt towardsPlain(boolean tls) throws IOException {
        return towards(
                ServerSocketFactory.getDefault(),
                client -> {
                    int read = client.getInputStream().read();
                    while (read != '\n' && read >= 0) {
                        read = client.getInputStream().read();
                    }
                    client.getOutputStream().write("-ERR unknown command\r\n".getBytes(StandardCharsets.US_ASCII));
                    byte[] unused = client.getInputStream().readAllBytes();
                },
                tls);
    }

    @Test
    void tells_a_server_that_speaks_TLS_where_we_do_not() throws Exception {
        TlsDoubt doubt = towardsTls(false);
        doubt.failed();

        assertThatThrownBy(doubt::check)
                .isInstanceOf(TlsFault.class)
                .hasMessage("TLS: the server speaks TLS; set the key");
        assertThatThrownBy(doubt::check).as("and again, until it is corrected").isInstanceOf(TlsFault.class);
    }

    @Test
    void tells_a_server_that_does_not_speak_TLS_where_we_do() throws Exception {
        TlsDoubt doubt = towardsPlain(true);
        doubt.failed();

        assertThatThrownBy(doubt::check)
                .isInstanceOf(TlsFault.class)
                .hasMessage("TLS: the server does not speak TLS; set the key");
    }

    /** As Redis does, which looks for the end of a line up to the first byte of zero. */
    @Test
    void tells_a_server_that_is_silent_until_it_has_a_line_of_text() throws Exception {
        TlsDoubt doubt = towards(
                ServerSocketFactory.getDefault(),
                client -> {
                    if (client.getInputStream().read() == 'P') {
                        client.getOutputStream().write("+PONG\r\n".getBytes(StandardCharsets.US_ASCII));
                    }
                    byte[] unused = client.getInputStream().readAllBytes();
                },
                true,
                Duration.ofMillis(500));
        doubt.failed();

        assertThatThrownBy(doubt::check).hasMessage("TLS: the server does not speak TLS; set the key");
    }

    @Test
    void says_nothing_where_both_agree_and_greets_once() throws Exception {
        for (TlsDoubt doubt : new TlsDoubt[] {towardsTls(true), towardsPlain(false)}) {
            greeted.set(0);
            doubt.failed();
            doubt.check();
            doubt.check();
            assertThat(greeted).hasValue(1);
        }
    }

    @Test
    void greets_nobody_while_all_is_well() throws Exception {
        TlsDoubt doubt = towardsPlain(true);
        doubt.check();
        doubt.failed();
        doubt.connected();
        doubt.check();

        assertThat(greeted).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received fatal alert: bad_certificate",
                "(certificate_required) Received fatal alert: certificate_required"
            })
    void a_certificate_that_the_server_refuses_is_told(String alert) {
        assertThat(TlsFault.of(new SSLHandshakeException(alert), "trust", "set the key"))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .hasMessageStartingWith(
                                "TLS: the server refuses the certificate that it was shown, or wants one")
                        .hasMessageEndingWith("; set the key"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received fatal alert: handshake_failure",
                "(protocol_version) Received fatal alert: protocol_version",
                "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
                "The server selected protocol version TLS10 is not accepted by client preferences [TLS13, TLS12]"
            })
    void two_sides_that_do_not_agree_are_told_alike(String failure) {
        assertThat(TlsFault.of(new SSLHandshakeException(failure), "trust", "own"))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .hasMessageStartingWith(
                                "TLS: the two sides do not agree (" + failure + "); versions and cipher suites"));
    }

    @Test
    void a_connection_that_ends_within_the_handshake_is_no_fault_of_a_certificate() {
        assertThat(TlsFault.of(new SSLHandshakeException("Remote host terminated the handshake"), "x", "y"))
                .isEmpty();
    }
}
