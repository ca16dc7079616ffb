package dev.hastack.postgres;

import dev.hastack.core.monitor.TlsFault;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.postgresql.util.GT;

/** Says of a connection that could not be made that TLS is why, where it is: the driver says so in several ways, or not at all. */
final class PostgresTls {
    private static final String TRUST =
            "ha.postgres.properties.sslrootcert says whom to trust, ha.postgres.properties.sslmode what is checked";

    private static final String OWN =
            "ha.postgres.properties.sslcert, sslkey, sslpassword and sslrootcert say which files this side uses";

    /** What reads them. */
    private static final Set<String> OWN_FILES = Set.of(
            "org.postgresql.ssl.LibPQFactory",
            "org.postgresql.ssl.LazyKeyManager",
            "org.postgresql.ssl.BaseX509KeyManager",
            "org.postgresql.ssl.PKCS12KeyManager",
            "org.postgresql.ssl.PEMKeyManager",
            "org.postgresql.core.SocketFactoryFactory");

    /** Connection rejected: a matter of configuration. */
    private static final String REJECTED = "08004";

    private PostgresTls() {}

    static SQLException explained(SQLException error) {
        return fault(error)
                .<SQLException>map(fault -> new SQLException(fault.getMessage(), REJECTED, fault))
                .orElse(error);
    }

    private static Optional<TlsFault> fault(SQLException error) {
        String message = String.valueOf(error.getMessage());
        if (message.equals(GT.tr("The server does not support SSL."))) {
            return Optional.of(TlsFault.serverSpeaksNone("ha.postgres.properties.sslmode demands it", error));
        } else if ("28000".equals(error.getSQLState())
                && message.contains("pg_hba.conf")
                && message.contains("no encryption")) {
            return Optional.of(TlsFault.serverSpeaksIt(
                    "it wants nothing else of this user, so that ha.postgres.properties.sslmode has to be require or verify-full ("
                            + message + ")",
                    error));
        } else if (message.contains("could not be verified by hostnameverifier")) {
            return Optional.of(TlsFault.otherHost(error, TRUST));
        }
        if (message.contains("valid client certificate")) {
            return Optional.of(TlsFault.ownRefused(error, OWN));
        } else if (ofOwnFiles(error)) {
            return Optional.of(TlsFault.ownUseless(error, OWN));
        }
        return TlsFault.of(error, TRUST, OWN);
    }

    /** The driver has one SQLSTATE for a file of this side that it cannot use and for a connection that broke, and words in many languages. */
    private static boolean ofOwnFiles(SQLException error) {
        StackTraceElement[] trace = error.getStackTrace();
        return trace.length > 0 && OWN_FILES.contains(trace[0].getClassName());
    }
}
