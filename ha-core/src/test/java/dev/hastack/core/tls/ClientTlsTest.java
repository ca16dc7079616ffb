package dev.hastack.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.config.TlsConfig;
import dev.hastack.core.config.TlsVerify;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server of the JDK's own on the loopback address. */
@Timeout(120)
class ClientTlsTest {
    private static final String SECTION = "ha.redis.tls";

    @TempDir
    static Path folder;

    private static KeyPairs server;
    private static KeyPairs client;

    @BeforeAll
    static void make() throws Exception {
        server = KeyPairs.make(folder, "server", "EC");
        client = KeyPairs.make(folder, "client", "EC");
    }

    private static TlsConfig config(
            TlsVerify verify, Optional<Path> trust, Optional<KeyPairs> shown, Optional<String> fingerprint) {
        return new TlsConfig(
                true, verify, trust, shown.map(KeyPairs::certificate), shown.map(KeyPairs::key), fingerprint);
    }

    private static TlsConfig trusting(Path trust) {
        return config(TlsVerify.FULL, Optional.of(trust), Optional.empty(), Optional.empty());
    }

    private static TlsConfig trusting(String fingerprint) {
        return config(TlsVerify.FULL, Optional.empty(), Optional.empty(), Optional.of(fingerprint));
    }

    /** What the server saw of the client: the name in its certificate, or nothing. */
    private static String shake(ClientTls tls, boolean wanted, String host) throws Exception {
        try (SSLServerSocket listener = (SSLServerSocket) server.server(client)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setNeedClientAuth(wanted);
            CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> serve(listener));
            try (Socket plain = new Socket(listener.getInetAddress(), listener.getLocalPort());
                    SSLSocket socket = (SSLSocket)
                            tls.context().getSocketFactory().createSocket(plain, host, listener.getLocalPort(), true)) {
                if (tls.verify() == TlsVerify.FULL) {
                    SSLParameters parameters = socket.getSSLParameters();
                    parameters.setEndpointIdentificationAlgorithm("HTTPS");
                    socket.setSSLParameters(parameters);
                }
                socket.startHandshake();
                socket.getOutputStream().write(1);
                // In TLS 1.3 a server refuses only after the client's handshake.
                assertThat(socket.getInputStream().read()).isEqualTo(1);
            }
            return seen.get(60, TimeUnit.SECONDS);
        }
    }

    private static String serve(SSLServerSocket listener) {
        try (SSLSocket accepted = (SSLSocket) listener.accept()) {
            accepted.setSoTimeout(60_000);
            accepted.startHandshake();
            int one = accepted.getInputStream().read();
            accepted.getOutputStream().write(one);
            return listener.getNeedClientAuth()
                    ? ((X509Certificate) accepted.getSession().getPeerCertificates()[0])
                            .getSubjectX500Principal()
                            .getName()
                    : "nothing";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String shake(TlsConfig config) throws Exception {
        return shake(new ClientTls(SECTION, config), false, "127.0.0.1");
    }

    @Test
    void a_server_is_believed_whose_certificate_is_in_the_file() throws Exception {
        assertThat(shake(trusting(server.certificate()))).isEqualTo("nothing");
        assertThatThrownBy(() -> shake(trusting(client.certificate()))).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void a_server_is_believed_by_its_fingerprint_with_or_without_colons() throws Exception {
        assertThat(shake(trusting(server.fingerprint()))).isEqualTo("nothing");
        assertThat(shake(trusting(server.fingerprint().replace(":", "").toLowerCase(Locale.ROOT))))
                .isEqualTo("nothing");
        assertThatThrownBy(() -> shake(trusting(client.fingerprint())))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("has the fingerprint of ha.redis.tls.fingerprint");
    }

    @Test
    void nobody_is_believed_whom_Java_does_not_trust_unless_nothing_is_to_be_verified() throws Exception {
        assertThatThrownBy(() -> shake(TlsConfig.standard())).isInstanceOf(SSLHandshakeException.class);
        assertThat(shake(config(TlsVerify.NONE, Optional.empty(), Optional.empty(), Optional.empty())))
                .isEqualTo("nothing");
    }

    @Test
    void the_name_counts_unless_it_is_the_chain_alone_that_is_verified() throws Exception {
        assertThatThrownBy(() -> shake(new ClientTls(SECTION, trusting(server.certificate())), false, "other.internal"))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("other.internal");
        ClientTls chain = new ClientTls(
                SECTION, config(TlsVerify.CA, Optional.of(server.certificate()), Optional.empty(), Optional.empty()));
        assertThat(shake(chain, false, "other.internal")).isEqualTo("nothing");
    }

    @Test
    void a_server_that_wants_a_certificate_is_shown_the_configured_one() throws Exception {
        TlsConfig with =
                config(TlsVerify.FULL, Optional.of(server.certificate()), Optional.of(client), Optional.empty());
        assertThat(shake(new ClientTls(SECTION, with), true, "127.0.0.1")).isEqualTo("CN=client");

        ClientTls without = new ClientTls(SECTION, trusting(server.certificate()));
        assertThat(without.identity()).isEmpty();
        assertThatThrownBy(() -> shake(without, true, "127.0.0.1")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519"})
    void keys_of_other_algorithms_are_read(String algorithm) throws Exception {
        KeyPairs other = KeyPairs.make(folder, "other-" + algorithm, algorithm);
        ClientTls tls = new ClientTls(
                SECTION,
                config(TlsVerify.FULL, Optional.of(server.certificate()), Optional.of(other), Optional.empty()));
        String type = algorithm.equals("RSA") ? "RSA" : "EdDSA";
        assertThat(tls.identity().orElseThrow().chooseClientAlias(new String[] {type}, null, null))
                .isNotNull();
        assertThat(tls.identity().orElseThrow().chooseClientAlias(new String[] {"EC"}, null, null))
                .isNull();
    }

    @Test
    void a_file_that_is_replaced_counts_from_the_next_handshake_on() throws Exception {
        Path trust = folder.resolve("renewed.pem");
        Files.copy(client.certificate(), trust);
        ClientTls tls = new ClientTls(SECTION, trusting(trust));
        assertThatThrownBy(() -> shake(tls, false, "127.0.0.1")).isInstanceOf(SSLHandshakeException.class);

        replace(trust, Files.readString(server.certificate()));
        assertThat(shake(tls, false, "127.0.0.1")).isEqualTo("nothing");

        replace(trust, "half of a");
        assertThat(shake(tls, false, "127.0.0.1"))
                .as("what was read before counts")
                .isEqualTo("nothing");
        Files.delete(trust);
        assertThat(shake(tls, false, "127.0.0.1")).as("it still does").isEqualTo("nothing");
    }

    private static void replace(Path file, String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void a_file_that_cannot_be_used_is_a_fault_with_its_key() {
        Path none = folder.resolve("nowhere.pem");
        assertThatThrownBy(() -> new ClientTls(SECTION, trusting(none)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "ha.redis.tls.trust-certificates = \"" + none + "\": expected a readable file: there is none");
    }
}
