package dev.hastack.core.monitor;

import dev.hastack.core.select.Waits;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Two sides do not agree on TLS: one speaks it and the other does not, or one does not believe the other's certificate. A matter of
 * configuration, which no haste heals; its message says whose fault it is, and what to set.
 */
public final class TlsFault extends IOException {
    private static final long serialVersionUID = 1;

    /** By which a failure is known for one once it is only text. */
    private static final String MARK = Waits.TLS;

    private static final String OWN_REFUSED = "the server refuses the certificate that it was shown, or wants one";
    private static final String NO_AGREEMENT = "the two sides do not agree";
    private static final String VERSIONS =
            "versions and cipher suites of TLS have to be common to both, and the server's key that of its certificate";

    private static final Pattern CERTIFICATE_ALERT = Pattern.compile(".*alert: .*(certificate|unknown_ca).*");
    /** Alerts that say that the next handshake ends as this one, by RFC 8446, 6.2, and what Java says of the like. */
    private static final Pattern DISAGREEMENT = Pattern.compile(
            ".*alert: (handshake_failure|protocol_version|insufficient_security|unrecognized_name|decrypt_error"
                    + "|illegal_parameter|inappropriate_fallback|no_application_protocol)"
                    + "|No appropriate protocol.*|The server selected protocol version .*");

    private TlsFault(String message, @Nullable Throwable cause) {
        super(MARK + message, cause);
    }

    /** This side speaks TLS, and the server does not. */
    public static TlsFault serverSpeaksNone(String advice, @Nullable Throwable cause) {
        return new TlsFault("the server does not speak TLS; " + advice, cause);
    }

    /** The server speaks TLS, and this side does not. */
    public static TlsFault serverSpeaksIt(String advice, @Nullable Throwable cause) {
        return new TlsFault("the server speaks TLS; " + advice, cause);
    }

    /** The certificate is right, and another server's. */
    public static TlsFault otherHost(Throwable error, String advice) {
        return new TlsFault(
                "the server's certificate is of another host (" + error.getMessage() + "); " + advice, error);
    }

    /**
     * This side's own certificate, or its key, is of no use.
     *
     * @param own what says which they are
     */
    public static TlsFault ownUseless(Throwable error, String own) {
        return new TlsFault("what this side should show cannot be used (" + error.getMessage() + "); " + own, error);
    }

    /** The server wants a certificate, or another one than it was shown. */
    public static TlsFault ownRefused(Throwable error, String own) {
        return new TlsFault(OWN_REFUSED + " (" + error.getMessage() + "); " + own, error);
    }

    /**
     * What the two sides do not agree on, where that is why {@code error} came to be; empty where a connection was lost, also in the
     * middle of a handshake.
     *
     * @param trust what to set if it is the server's certificate
     * @param own what to set if it is this side's
     */
    public static Optional<TlsFault> of(Throwable error, String trust, String own) {
        @Nullable Throwable found = null;
        for (Throwable cause = error; cause != null && cause != cause.getCause(); cause = cause.getCause()) {
            if (cause instanceof TlsFault fault) {
                return Optional.of(fault);
            }
            // The innermost says the most.
            found = words(cause) == null ? found : cause;
        }
        if (found == null) {
            return Optional.empty();
        }
        String words = words(found);
        String advice = OWN_REFUSED.equals(words) ? own : NO_AGREEMENT.equals(words) ? VERSIONS : trust;
        return Optional.of(new TlsFault(words + " (" + found.getMessage() + "); " + advice, error));
    }

    private static @Nullable String words(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof CertificateExpiredException) {
            return "the server's certificate has expired";
        } else if (cause instanceof CertificateNotYetValidException) {
            return "the server's certificate is not valid yet";
        } else if (cause instanceof CertPathBuilderException) {
            return "nobody who is trusted vouches for the server's certificate";
        } else if (cause instanceof SSLPeerUnverifiedException
                || (cause instanceof CertificateException
                        && (message.startsWith("No subject alternative") || message.startsWith("No name matching")))) {
            return "the server's certificate is of another host";
        } else if (cause instanceof CertificateException) {
            return "the server's certificate is refused";
        } else if (!(cause instanceof SSLException)) {
            return null;
        }
        return CERTIFICATE_ALERT.matcher(message).matches()
                ? OWN_REFUSED
                : DISAGREEMENT.matcher(message).matches() ? NO_AGREEMENT : null;
    }
}
