package dev.hastack.core.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the one certificate that is configured, whomever the server says that it trusts: if it does not trust this one, its refusal
 * says more than that nothing was shown.
 */
final class ClientIdentity extends X509ExtendedKeyManager {
    private static final String ALIAS = "own";

    private final Supplier<@Nullable Pair> pair;

    /** @param chain the certificate of {@code key}, and those that vouch for it */
    record Pair(PrivateKey key, List<X509Certificate> chain) {}

    /** @param pair asked for at each handshake */
    ClientIdentity(Supplier<@Nullable Pair> pair) {
        this.pair = pair;
    }

    private @Nullable String alias(String... types) {
        Pair own = pair.get();
        return own != null && Arrays.asList(types).contains(own.key.getAlgorithm()) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(types);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(types);
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        String alias = alias(type);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Pair own = pair.get();
        return own == null ? null : own.chain.toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Pair own = pair.get();
        return own == null ? null : own.key;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
