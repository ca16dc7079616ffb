package dev.hastack.elasticsearch;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Believes a server by what its chain shows: a certificate of a known fingerprint, or anything. Host names are compared elsewhere. */
final class ServerTrust extends X509ExtendedTrustManager {

    /** Who judges this chain; empty: nobody, it is believed. */
    interface Judge {
        Optional<X509ExtendedTrustManager> of(X509Certificate[] chain) throws CertificateException;
    }

    private final Judge judge;

    ServerTrust(Judge judge) {
        this.judge = judge;
    }

    /** A judge who trusts the certificate with this fingerprint, and what it has signed. */
    static X509ExtendedTrustManager of(X509Certificate[] chain, byte[] fingerprint) throws CertificateException {
        try {
            for (X509Certificate certificate : chain) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
                if (MessageDigest.isEqual(digest, fingerprint)) {
                    return (X509ExtendedTrustManager) managers(Optional.of(store(List.of(certificate))))[0];
                }
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
        throw new CertificateException(
                "no certificate of the server's chain has the fingerprint of"
                        + " ha.elasticsearch.tls-fingerprint; its authority's certificate has to be in the chain, or name the server's own");
    }

    static byte[] digits(String fingerprint) {
        return HexFormat.of().parseHex(fingerprint.replace(":", ""));
    }

    /** Those of Java, by these anchors, or by the JVM's own. */
    static TrustManager[] managers(Optional<KeyStore> anchors) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors.orElse(null));
        return factory.getTrustManagers();
    }

    static KeyStore store(Collection<? extends Certificate> certificates) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (java.io.IOException e) {
            throw new GeneralSecurityException(e);
        }
        int count = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("trusted-" + count++, certificate);
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
