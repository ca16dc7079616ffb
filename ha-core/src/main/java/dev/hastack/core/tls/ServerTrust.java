package dev.hastack.core.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes a server by its chain, as whoever is found to judge that does. Host names are looked at only where the socket or the
 * engine is set to.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    /** Finds who judges this chain; empty: nobody does, it is believed. */
    interface Judge {
        Optional<X509ExtendedTrustManager> of(X509Certificate[] chain) throws CertificateException;
    }

    private final Judge judge;

    ServerTrust(Judge judge) {
        this.judge = judge;
    }

    /**
     * Trusts the certificate with this fingerprint, and what it has signed.
     *
     * @param key of the setting, for messages
     * @param fingerprint SHA-256, in hexadecimal digits, with or without colons
     */
    static TlsFiles.Trust byFingerprint(String key, String fingerprint) {
        byte[] wanted = HexFormat.of().parseHex(fingerprint.replace(":", ""));
        return chain -> {
            for (X509Certificate certificate : chain) {
                if (MessageDigest.isEqual(digest(certificate), wanted)) {
                    return manager(Optional.of(List.of(certificate)));
                }
            }
            throw new CertificateException("no certificate of the server's chain has the fingerprint of " + key
                    + "; its authority's certificate has to be in the chain, or name the server's own");
        };
    }

    private static byte[] digest(X509Certificate certificate) throws CertificateException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new CertificateException(e);
        }
    }

    /** Returns Java's own, by these anchors, or by those that the JVM trusts. */
    static X509ExtendedTrustManager manager(Optional<List<X509Certificate>> anchors) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(anchors.isEmpty() ? null : store(anchors.get()));
            return Stream.of(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no trust in certificates in this Java: " + e.getMessage(), e);
        }
    }

    private static KeyStore store(List<X509Certificate> certificates) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("trusted-" + i, certificates.get(i));
        }
        return store;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        Optional<X509ExtendedTrustManager> found = judge.of(chain);
        if (found.isPresent()) {
            found.get().checkServerTrusted(chain, type, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        Optional<X509ExtendedTrustManager> found = judge.of(chain);
        if (found.isPresent()) {
            found.get().checkServerTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        Optional<X509ExtendedTrustManager> found = judge.of(chain);
        if (found.isPresent()) {
            found.get().checkServerTrusted(chain, type);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("clients are not judged here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        throw new CertificateException("clients are not judged here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("clients are not judged here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
