package dev.hastack.redis;

import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.cluster.PartitionException;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The error table: what an error says about the node that it came from. Redis's error replies begin with a word in
 * capitals that says of which kind they are (https://redis.io/docs/latest/develop/reference/protocol-spec/).
 */
final class RedisErrors {
    private static final Refusal OWN = new Refusal(null, false);

    private static final Map<String, Refusal> REFUSALS = Map.ofEntries(
            Map.entry("READONLY", new Refusal(Kind.NOT_PRIMARY, true)),
            Map.entry("LOADING", new Refusal(Kind.SHUTTING_DOWN, true)),
            Map.entry("MASTERDOWN", new Refusal(Kind.SHUTTING_DOWN, true)),
            Map.entry("CLUSTERDOWN", new Refusal(Kind.SHUTTING_DOWN, true)),
            Map.entry("UNBLOCKED", new Refusal(Kind.NOT_PRIMARY, false)),
            Map.entry("BUSY", new Refusal(Kind.OVERLOADED, false)),
            Map.entry("OOM", new Refusal(Kind.OVERLOADED, false)),
            Map.entry("MISCONF", new Refusal(Kind.OVERLOADED, false)),
            Map.entry("NOREPLICAS", new Refusal(Kind.OVERLOADED, false)),
            Map.entry("NOAUTH", new Refusal(Kind.DENIED, false)),
            Map.entry("WRONGPASS", new Refusal(Kind.DENIED, false)),
            Map.entry("NOPERM", new Refusal(null, false)));

    private RedisErrors() {}

    /**
     * What an error reply means.
     *
     * @param kind of the node's failure, or null for the caller's own
     * @param elsewhere whether the command was not done, and may be done elsewhere
     */
    record Refusal(@Nullable Kind kind, boolean elsewhere) {}

    static Refusal refusal(String reply) {
        if (reply.startsWith("ERR max number of clients")) {
            return new Refusal(Kind.OVERLOADED, true);
        }
        int space = reply.indexOf(' ');
        return REFUSALS.getOrDefault(space < 0 ? reply : reply.substring(0, space), OWN);
    }

    static RedisCommandExecutionException exception(String reply) {
        if (reply.startsWith("READONLY")) {
            return new RedisReadOnlyException(reply);
        }
        return reply.startsWith("LOADING")
                ? new RedisLoadingException(reply)
                : new RedisCommandExecutionException(reply);
    }

    /** Empty for the caller's own errors. */
    static Optional<Kind> kind(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandExecutionException && cause.getMessage() != null) {
                Refusal refusal = refusal(cause.getMessage());
                // To whom the probe's own commands are forbidden, the node is of no use.
                return cause.getMessage().startsWith("NOPERM")
                        ? Optional.of(Kind.DENIED)
                        : Optional.ofNullable(refusal.kind());
            }
            if (cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof NoRouteToHostException) {
                return Optional.of(Kind.REFUSED);
            }
            if (cause instanceof SSLHandshakeException) {
                return Optional.of(Kind.DENIED);
            }
            if (cause instanceof RedisCommandTimeoutException || cause instanceof TimeoutException) {
                return Optional.of(Kind.TIMEOUT);
            }
        }
        return connectionLost(error) ? Optional.of(Kind.NETWORK) : Optional.empty();
    }

    /** Without what Lettuce puts around it when it cannot connect: that shows the user's name, and how long the password is. */
    static Throwable bare(Throwable error) {
        Throwable bare = error;
        while (bare.getCause() != null
                && (bare instanceof RedisConnectionException
                        || bare instanceof DecoderException
                        || bare instanceof CompletionException
                        || bare instanceof ExecutionException)) {
            bare = bare.getCause();
        }
        if (bare instanceof SSLHandshakeException) {
            SSLHandshakeException advice = new SSLHandshakeException(bare.getMessage()
                    + "; ha.redis.tls-trust-certificates says whom to trust, ha.redis.tls-verify what is checked");
            advice.initCause(bare);
            return advice;
        }
        return bare;
    }

    /** What it says. */
    static String text(Throwable error) {
        Throwable bare = bare(error);
        return bare.getMessage() == null ? bare.toString() : bare.getMessage();
    }

    /** Whether the connection is the reason, and so nobody knows whether the command was done if it was sent. */
    static boolean connectionLost(Throwable error) {
        return error.getClass() == RedisException.class
                || error instanceof RedisConnectionException
                || error instanceof PartitionException
                || error instanceof IOException
                || error instanceof CancellationException
                || (error instanceof RedisException && error.getCause() instanceof IOException);
    }

    /** Whether Lettuce refused to write it: the connection was gone before. */
    static boolean unsent(Throwable error) {
        if (error instanceof PartitionException || error instanceof RedisConnectionException) {
            // The cluster has no node for it, or that node cannot be connected to.
            return true;
        }
        String message = error.getMessage();
        return error.getClass() == RedisException.class
                && message != null
                && (message.startsWith("Currently not connected")
                        || message.startsWith("Request queue size exceeded")
                        || message.equals("Connection is closed"));
    }
}
