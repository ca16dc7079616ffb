package dev.hastack.core.tls;

import dev.hastack.core.config.TlsConfig;
import dev.hastack.core.config.TlsVerify;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The client's side of TLS for one store. The files that its settings name are read when it is made, and again at the first
 * handshake after one of them was replaced: a certificate may be renewed without a restart, and whatever was made from this
 * stays right. Thread-safe.
 */
public final class ClientTls {
    private final TlsConfig config;
    private final ServerTrust trust;
    private final Optional<X509ExtendedKeyManager> identity;
    private final SSLContext context;

    /**
     * Reads the files.
     *
     * @param section the key of these settings, for messages: {@code ha.redis.tls}
     * @throws IllegalArgumentException if one of the files does not hold what it should
     */
    public ClientTls(String section, TlsConfig config) {
        this.config = config;
        TlsFiles files = new TlsFiles(section, config);
        this.trust = new ServerTrust(chain -> config.verify() == TlsVerify.NONE
                ? Optional.empty()
                : Optional.of(files.current().judge(chain)));
        this.identity =
                config.key().map(key -> new ClientIdentity(() -> files.current().identity()));
        this.context = context(trust, identity);
    }

    private static SSLContext context(ServerTrust trust, Optional<X509ExtendedKeyManager> identity) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity.map(own -> new KeyManager[] {own}).orElse(null), new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this Java: " + e.getMessage(), e);
        }
    }

    /** Returns what makes sockets and engines; it looks at host names only if its caller asks a socket or an engine for that. */
    public SSLContext context() {
        return context;
    }

    /** Returns who judges servers by the settings; the same as in {@link #context}. */
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    /** Returns what this side shows, if it shows anything; the same as in {@link #context}. */
    public Optional<X509ExtendedKeyManager> identity() {
        return identity;
    }

    /** Returns what is checked of a server's certificate. */
    public TlsVerify verify() {
        return config.verify();
    }
}
