package dev.hastack.core.tls;

import dev.hastack.core.config.PemFile;
import dev.hastack.core.config.TlsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one section, as they are by now. One that is missing or broken for a moment leaves what was read before. Thread-safe. */
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private final String section;
    private final TlsConfig config;
    private volatile Material material;

    /**
     * What was read.
     *
     * @param state of the files, by which it is seen that one was replaced
     * @param trust judges a chain
     * @param identity null where this side shows nothing
     */
    record Material(List<State> state, Trust trust, ClientIdentity.@Nullable Pair identity) {
        X509ExtendedTrustManager judge(X509Certificate[] chain) throws CertificateException {
            return trust.of(chain);
        }
    }

    /** Finds who judges a chain. */
    interface Trust {
        X509ExtendedTrustManager of(X509Certificate[] chain) throws CertificateException;
    }

    /** What tells a file from the one that was there before; zeros where there is none. */
    record State(long modified, long size, String identity) {
        static State of(Path file) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                return new State(now.lastModifiedTime().toMillis(), now.size(), String.valueOf(now.fileKey()));
            } catch (IOException e) {
                return new State(0, 0, "");
            }
        }
    }

    TlsFiles(String section, TlsConfig config) {
        this.section = section;
        this.config = config;
        this.material = read(state());
    }

    Material current() {
        Material known = material;
        List<State> now = state();
        if (now.equals(known.state)) {
            return known;
        }
        try {
            known = read(now);
            LOG.info("{}: a file was replaced and has been read again", section);
        } catch (IllegalArgumentException e) {
            // Said once for each state in which the files are found.
            LOG.warn("{}; what was read before still counts", e.getMessage());
            known = new Material(now, known.trust, known.identity);
        }
        material = known;
        return known;
    }

    private List<State> state() {
        return Stream.of(config.trustCertificates(), config.certificate(), config.key())
                .flatMap(Optional::stream)
                .map(State::of)
                .toList();
    }

    private Material read(List<State> state) {
        Trust trust = config.fingerprint()
                .map(digits -> ServerTrust.byFingerprint(section + ".fingerprint", digits))
                .orElseGet(() -> anchored(config.trustCertificates()
                        .map(file -> read("trust-certificates", file, PemFile::certificates))));
        return new Material(state, trust, config.key().map(this::identity).orElse(null));
    }

    private static Trust anchored(Optional<List<X509Certificate>> anchors) {
        X509ExtendedTrustManager manager = ServerTrust.manager(anchors);
        return chain -> manager;
    }

    private ClientIdentity.Pair identity(Path key) {
        return new ClientIdentity.Pair(
                read("key", key, PemFile::key),
                read("certificate", config.certificate().orElseThrow(), PemFile::certificates));
    }

    private <T> T read(String name, Path file, Function<Path, T> reader) {
        try {
            return reader.apply(file);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(section + "." + name + " = \"" + file + "\": " + e.getMessage(), e);
        }
    }
}
