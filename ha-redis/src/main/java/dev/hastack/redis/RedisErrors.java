package dev.hastack.redis;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.failure.spi.Verdict.Again;
import dev.hastack.core.failure.spi.Verdict.Blame;
import dev.hastack.core.monitor.TlsFault;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.cluster.PartitionException;
import io.lettuce.core.protocol.RedisProtocolException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The error table: what an error says about the node that it came from. Redis's error replies begin with a word in
 * capitals that says of which kind they are (https://redis.io/docs/latest/develop/reference/protocol-spec/).
 */
final class RedisErrors {
    /** Where every node denies access. */
    static final String CREDENTIALS = "ha.redis.username and password";

    private static final Pattern REPEATED = Pattern.compile("(?s), with args beginning with:.*");

    /** Where one side speaks TLS and the other does not. */
    static final String TLS_ADVICE = "ha.redis.tls.enabled says whether this side does";

    private static final Verdict OWN = Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.NOBODY);
    /** Not done, and to be done elsewhere. */
    private static final Verdict ELSEWHERE = Verdict.of(Outcome.NOT_DONE, Again.ELSEWHERE, Blame.NOBODY);

    /** A node that is no longer the one of a slot. */
    static final Verdict MOVED = ELSEWHERE.with(Kind.NOT_PRIMARY);

    private static final Map<String, Verdict> REFUSALS = Map.ofEntries(
            Map.entry("READONLY", ELSEWHERE.with(Kind.NOT_PRIMARY)),
            Map.entry("LOADING", ELSEWHERE.with(Kind.SHUTTING_DOWN)),
            Map.entry("MASTERDOWN", ELSEWHERE.with(Kind.SHUTTING_DOWN)),
            Map.entry("CLUSTERDOWN", ELSEWHERE.with(Kind.SHUTTING_DOWN)),
            Map.entry("UNBLOCKED", OWN.with(Kind.NOT_PRIMARY)),
            Map.entry("BUSY", Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.NODE).with(Kind.OVERLOADED)),
            Map.entry("OOM", OWN.with(Kind.OVERLOADED)),
            Map.entry("MISCONF", OWN.with(Kind.OVERLOADED)),
            Map.entry("NOREPLICAS", OWN.with(Kind.OVERLOADED)),
            Map.entry("NOAUTH", OWN.with(Kind.DENIED)),
            Map.entry("WRONGPASS", OWN.with(Kind.DENIED)),
            // Users are each node's own: another one may permit a read.
            Map.entry("NOPERM", Verdict.of(Outcome.NOT_DONE, Again.ONCE, Blame.NOBODY)));

    private RedisErrors() {}

    /**
     * What an error reply means. A node is to blame if it refuses whatever it is asked; one that refuses writes alone serves reads as
     * well as any.
     */
    static Verdict verdict(String reply) {
        if (reply.startsWith("ERR max number of clients")) {
            return Verdict.of(Outcome.NOT_DONE, Again.ELSEWHERE, Blame.NODE).with(Kind.OVERLOADED);
        }
        return REFUSALS.getOrDefault(firstWord(reply), OWN);
    }

    /** Returns the word that says of which kind an error reply is. */
    static String firstWord(String reply) {
        int space = reply.indexOf(' ');
        return space < 0 ? reply : reply.substring(0, space);
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
        if (tls(error).isPresent()) {
            return Optional.of(Kind.DENIED);
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandExecutionException && cause.getMessage() != null) {
                // To whom the probe's own commands are forbidden, the node is of no use.
                return cause.getMessage().startsWith("NOPERM")
                        ? Optional.of(Kind.DENIED)
                        : verdict(cause.getMessage()).kind();
            }
            if (cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof NoRouteToHostException) {
                return Optional.of(Kind.REFUSED);
            }
            if (cause instanceof RedisCommandTimeoutException || cause instanceof TimeoutException) {
                return Optional.of(Kind.TIMEOUT);
            }
            if (unreadable(cause)) {
                // Not Redis, or Redis behind TLS: no matter of credentials.
                return Optional.of(Kind.NETWORK);
            }
        }
        Throwable told = error;
        while (told.getCause() != null && wraps(told)) {
            told = told.getCause();
        }
        return connectionLost(told) ? Optional.of(Kind.NETWORK) : Optional.empty();
    }

    /** Whether it is only put around another exception, by a future. */
    private static boolean wraps(Throwable error) {
        return error instanceof CompletionException || error instanceof ExecutionException;
    }

    /**
     * As {@link #kind}; a node that is too busy with a script to say what it is serves nobody until it is done, and a connection that was
     * waited for in vain is silence, as an answer is that does not come.
     */
    static Optional<Kind> kindOfProbe(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException) {
                return Optional.of(Kind.TIMEOUT);
            }
        }
        return bare(error) instanceof RedisCommandExecutionException said
                        && String.valueOf(said.getMessage()).startsWith("BUSY")
                ? Optional.of(Kind.SHUTTING_DOWN)
                : kind(error);
    }

    /** Whether a connection may have failed since one of the two sides speaks TLS and the other does not. */
    static boolean mayBeOfTls(Throwable error) {
        return kindOfProbe(error)
                .filter(EnumSet.of(Kind.REFUSED, Kind.DENIED, Kind.OVERLOADED)::contains)
                .isEmpty();
    }

    /** Without what Lettuce puts around it when it cannot connect: that shows the user's name, and how long the password is. */
    static Throwable bare(Throwable error) {
        Throwable bare = error;
        while (bare.getCause() != null
                && (wraps(bare) || bare instanceof RedisConnectionException || bare instanceof DecoderException)) {
            bare = bare.getCause();
        }
        Optional<TlsFault> fault = tls(bare);
        if (fault.isPresent()) {
            return fault.get();
        }
        return endedWithinHandshake(bare)
                ? new RedisConnectionException("the connection ended before the server had said anything", bare)
                : withoutArguments(bare);
    }

    /** Of a command that it does not know, AUTH among them, a server repeats the arguments. */
    private static Throwable withoutArguments(Throwable error) {
        Matcher repeated = REPEATED.matcher(String.valueOf(error.getMessage()));
        return error instanceof RedisCommandExecutionException && repeated.find()
                ? new RedisCommandExecutionException(repeated.replaceFirst(""))
                : error;
    }

    private static Optional<TlsFault> tls(Throwable error) {
        for (Throwable cause = error; cause != null && cause != cause.getCause(); cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return Optional.of(TlsFault.serverSpeaksNone(TLS_ADVICE, error));
            }
        }
        return TlsFault.of(
                error,
                "ha.redis.tls.trust-certificates or fingerprint says whom to trust, ha.redis.tls.verify what is checked",
                "ha.redis.tls.certificate and key say what is shown");
    }

    /** What it says. */
    static String text(Throwable error) {
        Throwable bare = bare(error);
        String said = bare.getMessage() == null ? bare.toString() : bare.getMessage();
        // Of its own mistakes Lettuce says where in itself they are.
        return unreadable(bare) && !(bare instanceof RedisProtocolException)
                ? "what it says is no answer of Redis (" + said + ")"
                : said;
    }

    /** Whether the connection is the reason, and so nobody knows whether the command was done if it was sent. */
    static boolean connectionLost(Throwable error) {
        return error.getClass() == RedisException.class
                || error instanceof RedisConnectionException
                || error instanceof PartitionException
                || endedWithinHandshake(error)
                || error instanceof IOException
                || error instanceof CancellationException
                || (error instanceof RedisException && error.getCause() instanceof IOException);
    }

    /** Lettuce looks for its handler of the handshake when the channel, and all of its handlers, are gone already. */
    private static boolean endedWithinHandshake(Throwable error) {
        return error instanceof IllegalStateException
                && String.valueOf(error.getMessage()).contains("RedisHandshakeHandler not registered");
    }

    /** Whether a connection was gone before Lettuce could hear why. */
    static boolean lostWithinHandshake(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (endedWithinHandshake(cause)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether what came is no answer to what was asked, or none of Redis. Lettuce has an exception for that, and meets others, of
     * numbers or arrays, where it relies on a server; what a user's codec does not take is thrown by that. What is only put around another
     * exception comes from there as well, and says nothing.
     */
    static boolean unreadable(Throwable error) {
        return error instanceof RedisProtocolException
                || (error instanceof RuntimeException
                        && !(error instanceof RedisException)
                        && !wraps(error)
                        && Stream.of(error.getStackTrace())
                                .map(StackTraceElement::getClassName)
                                .filter(name -> !name.startsWith("java."))
                                .findFirst()
                                .filter(name -> name.startsWith("io.lettuce.core.")
                                        && !name.startsWith("io.lettuce.core.codec."))
                                .isPresent());
    }

    /** Whether Lettuce, or Netty, refused to write it: the connection was gone before. */
    static boolean unsent(Throwable error) {
        if (error instanceof PartitionException || error instanceof RedisConnectionException) {
            // The cluster has no node for it, or that node cannot be connected to.
            return true;
        }
        if (error instanceof ClosedChannelException) {
            // Netty has one of these for each of its reasons, and tells them apart by where they say that they come
            // from.
            StackTraceElement[] from = error.getStackTrace();
            return from.length > 0
                    && from[0].getClassName().startsWith("io.netty.channel.")
                    && from[0].getMethodName().startsWith("write(");
        }
        String message = error.getMessage();
        return error.getClass() == RedisException.class
                && message != null
                && (message.startsWith("Currently not connected")
                        || message.startsWith("Request queue size exceeded")
                        || message.equals("Connection is closed"));
    }
}
