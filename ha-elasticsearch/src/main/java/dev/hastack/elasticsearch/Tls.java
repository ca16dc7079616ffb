package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.TlsVerify;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Which servers are believed.
 *
 * @param context for all connections
 * @param verifyHost whether a certificate must be of the host that was connected to
 */
record Tls(SSLContext context, boolean verifyHost) {

    /** Empty if no node's address is https. */
    static Optional<Tls> of(ElasticsearchConfig config) {
        boolean secure = config.nodes().values().stream()
                .anyMatch(node -> "https".equals(node.address().getScheme()));
        if (!secure) {
            return Optional.empty();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust(config), null);
            return Optional.of(new Tls(context, config.tlsVerify() == TlsVerify.FULL));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this Java: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(ElasticsearchConfig config) throws GeneralSecurityException {
        if (config.tlsVerify() == TlsVerify.NONE) {
            return new TrustManager[] {new ServerTrust(chain -> Optional.empty())};
        }
        if (config.tlsFingerprint().isPresent()) {
            byte[] fingerprint = ServerTrust.digits(config.tlsFingerprint().get());
            return new TrustManager[] {new ServerTrust(chain -> Optional.of(ServerTrust.of(chain, fingerprint)))};
        }
        Optional<KeyStore> anchors = config.tlsTrustCertificates().isEmpty()
                ? Optional.empty()
                : Optional.of(read(config.tlsTrustCertificates().get()));
        return ServerTrust.managers(anchors);
    }

    private static KeyStore read(Path file) throws GeneralSecurityException {
        String key = "ha.elasticsearch.tls-trust-certificates = \"" + file + "\": ";
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IllegalStateException(key + "expected certificates in PEM, but there is none");
            }
            return ServerTrust.store(certificates);
        } catch (IOException | java.security.cert.CertificateException e) {
            throw new IllegalStateException(key + "expected a readable file of certificates in PEM (" + e + ")", e);
        }
    }
}
