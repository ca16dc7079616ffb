package dev.hastack.core.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** Looks at a file that a setting names, so that what is wrong with it is told with the setting, and not by a driver without it. */
enum FileCheck {
    /** In PEM. */
    CERTIFICATES,
    /** In PEM, PKCS#8, without a password: what Netty reads without more libraries. */
    KEY;

    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";

    /** @throws IllegalArgumentException that says what was expected of the file */
    void check(Path file) {
        try {
            String text = SmallFile.read(file, SmallFile.CONFIGURATION);
            if (this == CERTIFICATES
                    && CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                            .isEmpty()) {
                throw new IllegalArgumentException("expected certificates in PEM, and there is none in the file");
            } else if (this == KEY && !text.contains(BEGIN_KEY)) {
                throw new IllegalArgumentException("expected a key in PEM, of PKCS#8 and without a password ("
                        + BEGIN_KEY + "), and there is none in the file");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a readable file: " + SmallFile.reason(e), e);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("expected certificates in PEM", e);
        }
    }
}
