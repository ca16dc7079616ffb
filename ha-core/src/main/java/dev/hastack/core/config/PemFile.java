package dev.hastack.core.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the files in PEM that settings of {@code tls} name. Each fault says what was expected of the file, and not its name. */
public final class PemFile {
    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
    private static final Pattern KEY = Pattern.compile(BEGIN_KEY + "([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA", "DSA");

    private PemFile() {}

    /**
     * Reads all certificates of a file, at least one.
     *
     * @throws IllegalArgumentException if there is none, or the file cannot be read
     */
    public static List<X509Certificate> certificates(Path file) {
        try {
            byte[] text = text(file).getBytes(StandardCharsets.UTF_8);
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(text))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("expected certificates in PEM, and there is none in the file");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("expected certificates in PEM", e);
        }
    }

    /**
     * Reads a key of PKCS#8 without a password.
     *
     * @throws IllegalArgumentException if there is none, or the file cannot be read
     */
    public static PrivateKey key(Path file) {
        Matcher key = KEY.matcher(text(file));
        if (!key.find()) {
            throw new IllegalArgumentException("expected a key in PEM, of PKCS#8 and without a password (" + BEGIN_KEY
                    + "), and there is none in the file");
        }
        PKCS8EncodedKeySpec bytes = new PKCS8EncodedKeySpec(bytes(key.group(1)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(bytes);
            } catch (InvalidKeySpecException e) {
                // One of another algorithm: nothing but the key itself says of which.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no " + algorithm + " in this Java: " + e.getMessage(), e);
            }
        }
        throw new IllegalArgumentException("expected a key of " + String.join(", ", ALGORITHMS) + " in PKCS#8");
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected a key in PEM, and what the file holds is no Base64", e);
        }
    }

    private static String text(Path file) {
        try {
            return SmallFile.read(file, SmallFile.CONFIGURATION);
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a readable file: " + SmallFile.reason(e), e);
        }
    }
}
