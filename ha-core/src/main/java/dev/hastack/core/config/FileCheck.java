package dev.hastack.core.config;

import java.nio.file.Path;

/** Looks at a file that a setting names, so that what is wrong with it is reported with the setting, and not by a driver without it. */
enum FileCheck {
    /** In PEM. */
    CERTIFICATES,
    /** In PEM, PKCS#8, without a password. */
    KEY;

    /** @throws IllegalArgumentException that says what was expected of the file */
    void check(Path file) {
        Object unused = this == KEY ? PemFile.key(file) : PemFile.certificates(file);
    }
}
