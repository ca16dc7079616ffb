package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.TlsConfig;
import dev.hastack.core.config.TlsVerify;
import dev.hastack.core.monitor.TlsFault;
import dev.hastack.core.tls.ClientTls;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.postgresql.PGProperty;
import org.postgresql.util.GT;

/**
 * The TLS of connections: by {@code ha.postgres.tls}, or by the driver's own properties where that section is absent. Says of a
 * connection that could not be made that TLS is why, where it is: the driver says so in several ways, or not at all. Thread-safe.
 */
final class PostgresTls {
    /** What reads the driver's own files. */
    private static final Set<String> OWN_FILES = Set.of(
            "org.postgresql.ssl.LibPQFactory",
            "org.postgresql.ssl.LazyKeyManager",
            "org.postgresql.ssl.BaseX509KeyManager",
            "org.postgresql.ssl.PKCS12KeyManager",
            "org.postgresql.ssl.PEMKeyManager",
            "org.postgresql.core.SocketFactoryFactory");

    /** Connection rejected: a matter of configuration. */
    private static final String REJECTED = "08004";

    private static final Advice BY_SECTION = new Advice(
            "ha.postgres.tls.trust-certificates or fingerprint says whom to trust, ha.postgres.tls.verify what is checked",
            "ha.postgres.tls.certificate and key say what is shown",
            "ha.postgres.tls.enabled demands it",
            "ha.postgres.tls.enabled has to be true");
    private static final Advice BY_PROPERTIES = new Advice(
            "ha.postgres.properties.sslrootcert says whom to trust, ha.postgres.properties.sslmode what is checked",
            "ha.postgres.properties.sslcert, sslkey, sslpassword and sslrootcert say which files this side uses",
            "ha.postgres.properties.sslmode demands it",
            "ha.postgres.properties.sslmode has to be require or verify-full");

    private final Optional<TlsConfig> section;
    private final Optional<ClientTls> client;
    private final Advice advice;

    /**
     * Which settings to change.
     *
     * @param trust for the server's certificate
     * @param own for this side's
     * @param demanded says why the server has to speak TLS
     * @param wanted says how this side would
     */
    private record Advice(String trust, String own, String demanded, String wanted) {}

    /** @throws IllegalArgumentException if one of its files cannot be used */
    PostgresTls(PostgresConfig config) {
        section = config.tls();
        client = section.filter(TlsConfig::enabled).map(tls -> new ClientTls("ha.postgres.tls", tls));
        boolean byProperties =
                section.isEmpty() && config.properties().keySet().stream().anyMatch(name -> name.startsWith("ssl"));
        advice = byProperties ? BY_PROPERTIES : BY_SECTION;
    }

    /** Sets the driver's properties; none where it decides by itself. */
    void set(Properties properties) {
        if (client.isPresent()) {
            PGProperty.SSL_MODE.set(properties, mode(client.get().verify()));
            PGProperty.SSL_FACTORY.set(properties, NodeTlsFactory.class.getName());
        } else if (section.isPresent()) {
            PGProperty.SSL_MODE.set(properties, "disable");
        }
    }

    /** By which the driver looks at the host name, or does not; our own factory sees to the rest. */
    private static String mode(TlsVerify verify) {
        return switch (verify) {
            case FULL -> "verify-full";
            case CA -> "verify-ca";
            case NONE -> "require";
        };
    }

    /** Makes a connection, by the section if there is one. */
    <T> T login(NodeTlsFactory.Login<T> login) throws SQLException {
        return client.isPresent()
                ? NodeTlsFactory.with(client.get().context().getSocketFactory(), login)
                : login.connect();
    }

    SQLException explained(SQLException error) {
        return fault(error)
                .<SQLException>map(fault -> new SQLException(fault.getMessage(), REJECTED, fault))
                .orElse(error);
    }

    private Optional<TlsFault> fault(SQLException error) {
        String message = String.valueOf(error.getMessage());
        if (message.equals(GT.tr("The server does not support SSL."))) {
            return Optional.of(TlsFault.serverSpeaksNone(advice.demanded, error));
        } else if ("28000".equals(error.getSQLState())
                && message.contains("pg_hba.conf")
                && message.contains("no encryption")) {
            return Optional.of(TlsFault.serverSpeaksIt(
                    "it wants nothing else of this user, so that " + advice.wanted + " (" + message + ")", error));
        } else if (message.contains("could not be verified by hostnameverifier")) {
            return Optional.of(TlsFault.otherHost(error, advice.trust));
        }
        if (message.contains("valid client certificate")) {
            return Optional.of(TlsFault.ownRefused(error, advice.own));
        } else if (ofOwnFiles(error)) {
            return Optional.of(TlsFault.ownUseless(error, advice.own));
        }
        return TlsFault.of(error, advice.trust, advice.own);
    }

    /** The driver has one SQLSTATE for a file of this side that it cannot use and for a connection that broke, and words in many languages. */
    private static boolean ofOwnFiles(SQLException error) {
        StackTraceElement[] trace = error.getStackTrace();
        return trace.length > 0 && OWN_FILES.contains(trace[0].getClassName());
    }
}
