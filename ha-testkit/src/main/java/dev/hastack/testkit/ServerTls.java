package dev.hastack.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key of a cluster's own and the certificate that it signs itself, for the loopback address; made by the JDK's keytool
 * when the cluster starts, so that none expires and none is in a repository.
 *
 * @param key in PEM, readable by the servers' user alone
 * @param certificate in PEM, which clients take as their root
 */
record ServerTls(Path key, Path certificate) {
    private static final String ALIAS = "server";

    /** Makes both in {@code folder}. */
    static ServerTls create(Path folder) {
        Path store = folder.resolve("tls.p12");
        String password = UUID.randomUUID().toString();
        // As the JVM's own user: the servers' user may not be able to read the JDK.
        new ServerUser(ServerUser.ownUid(), List.of())
                .run(
                        folder,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                ALIAS,
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=ha-testkit",
                                "-ext",
                                "san=ip:127.0.0.1",
                                "-validity",
                                "30",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                password));
        try {
            KeyStore pair = KeyStore.getInstance(store.toFile(), password.toCharArray());
            var key = pair.getKey(ALIAS, password.toCharArray());
            var tls = new ServerTls(folder.resolve("server.key"), folder.resolve("server.crt"));
            write(tls.key, "PRIVATE KEY", key.getEncoded(), "rw-------");
            write(tls.certificate, "CERTIFICATE", pair.getCertificate(ALIAS).getEncoded(), "rw-r--r--");
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot read what keytool made: " + store, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the key and the certificate in " + folder, e);
        }
    }

    private static void write(Path file, String type, byte[] content, String permissions) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(
                file,
                "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n",
                StandardCharsets.US_ASCII);
        ServerUser.CURRENT.own(file);
    }

    /** Sockets that trust this certificate and no other. */
    SocketFactory sockets() {
        return context().getSocketFactory();
    }

    /** Trusts this certificate and no other. */
    SSLContext context() {
        try (InputStream pem = Files.newInputStream(certificate)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    ALIAS, CertificateFactory.getInstance("X.509").generateCertificate(pem));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot trust " + certificate, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + certificate, e);
        }
    }
}
