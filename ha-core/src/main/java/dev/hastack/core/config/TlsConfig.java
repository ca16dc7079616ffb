package dev.hastack.core.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How the connections to the nodes of a store are encrypted, under {@code ha.<store>.tls}: the same keys for every store. The
 * section is absent when none of its keys is set; then PostgreSQL's driver decides, Redis's connections are not encrypted, and
 * Elasticsearch's are where an address begins with https.
 *
 * @param enabled whether connections are encrypted
 * @param verify what is checked of a node's certificate
 * @param trustCertificates the certificates that are trusted; absent: those that Java trusts, or {@code fingerprint}
 * @param certificate what this process shows to the nodes; absent: nothing
 * @param key the key of {@code certificate}; present if that is
 * @param fingerprint of the certificate that is trusted, SHA-256 in hexadecimal digits, with or without colons
 */
public record TlsConfig(
        @Doc(
                "Whether connections to the nodes are encrypted; required where another key of `tls` is set. Where none is:"
                        + " PostgreSQL's are if the server offers it, Redis's are not, Elasticsearch's are if the address begins with"
                        + " https://.")
        boolean enabled,

        @Doc("What is checked of a node's certificate: `full`, `ca` (the chain, not the host name) or `none`.")
        @Default("full")
        TlsVerify verify,

        @Doc("The certificates that are trusted, in a PEM file. Unless set, those that Java trusts.") @Existing
        Optional<Path> trustCertificates,

        @Doc("The certificate that this process shows to the nodes, in a PEM file; its chain may follow it.") @Existing
        Optional<Path> certificate,

        @Doc("The key of that certificate, in a PEM file (PKCS#8, without a password).") @Existing(FileCheck.KEY)
        Optional<Path> key,

        @Doc(
                "The SHA-256 fingerprint of the certificate, or of its authority's, that is trusted, in hexadecimal digits, instead of"
                        + " a file.")
        Optional<String> fingerprint) {

    public TlsConfig {
        Rules.start()
                .that(
                        certificate.isPresent() == key.isPresent(),
                        "key",
                        "expected together with certificate, or not at all")
                .that(
                        trustCertificates.isEmpty() || fingerprint.isEmpty(),
                        "fingerprint",
                        "expected either certificates in a file, or a fingerprint")
                .that(
                        fingerprint.isEmpty() || fingerprint.get().matches("([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}"),
                        "fingerprint",
                        "expected 64 hexadecimal digits, as elasticsearch-certutil or openssl x509 -fingerprint -sha256 show"
                                + " them")
                .check();
    }

    /** Returns connections that are encrypted, to nodes of which Java's own certificates and the host name tell whose they are. */
    public static TlsConfig standard() {
        return new TlsConfig(
                true, TlsVerify.FULL, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
