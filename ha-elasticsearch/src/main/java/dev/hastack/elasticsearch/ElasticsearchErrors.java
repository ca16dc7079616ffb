package dev.hastack.elasticsearch;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.transport.TransportException;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.failure.spi.Verdict.Again;
import dev.hastack.core.failure.spi.Verdict.Blame;
import dev.hastack.core.monitor.TlsFault;
import dev.hastack.core.topology.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;

/**
 * The error table: what a failure says. By status, and where a status means several things, by the type of the error
 * (https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options, and the exceptions of the server).
 */
final class ElasticsearchErrors {
    private static final Verdict OWN = Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.NOBODY);
    private static final Verdict OVERLOADED =
            Verdict.of(Outcome.NOT_DONE, Again.LATER, Blame.CLUSTER).with(Kind.OVERLOADED);
    private static final Verdict REFUSED =
            Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NODE).with(Kind.REFUSED);
    private static final Verdict UNSENT =
            Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NODE).with(Kind.NETWORK);
    private static final Verdict BROKEN =
            Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.NODE).with(Kind.NETWORK);
    private static final Verdict TIMEOUT =
            Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.INDEX).with(Kind.TIMEOUT);
    /** The client is dead, and nothing was sent; the node may be well. */
    private static final Verdict CLIENT = Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NODE);

    private static final Verdict GATEWAY = Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.CLUSTER);

    /** Of a node that could not reach another. */
    private static final Set<String> BETWEEN_NODES = Set.of(
            "connect_transport_exception",
            "node_not_connected_exception",
            "node_disconnected_exception",
            "node_closed_exception",
            "receive_timeout_transport_exception",
            "send_request_transport_exception");

    private static final Set<String> NO_MASTER = Set.of(
            "cluster_block_exception",
            "master_not_discovered_exception",
            "not_master_exception",
            "failed_to_commit_cluster_state_exception",
            "process_cluster_event_timeout_exception");

    /** Where one side speaks TLS and the other does not. */
    static final String TLS_ADVICE =
            "http:// or https:// in ha.elasticsearch.nodes.<id>.address says whether this side does, or"
                    + " ha.elasticsearch.tls.enabled where it has neither";

    private static final String TRUST_ADVICE =
            "ha.elasticsearch.tls.trust-certificates or fingerprint says whom to trust, ha.elasticsearch.tls.verify what is checked";

    private static final String OWN_ADVICE = "ha.elasticsearch.tls.certificate and key say what is shown";

    private ElasticsearchErrors() {}

    /** What the two sides do not agree on, if that is the reason. */
    static Optional<TlsFault> tls(Throwable error) {
        return TlsFault.of(error, TRUST_ADVICE, OWN_ADVICE);
    }

    /** @param read whether what failed was a read: what keeps writes out may let reads pass */
    static Verdict of(Throwable error, boolean read) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ElasticsearchException answer) {
                return answered(answer.status(), answer.error(), read);
            } else if (cause instanceof TransportException answer) {
                return foreign(answer);
            } else if (cause instanceof NodeRefusedException answer) {
                return status(answer.status());
            }
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            Optional<Verdict> verdict = connection(cause);
            if (verdict.isPresent()) {
                return verdict.get();
            }
        }
        return OWN;
    }

    private static Optional<Verdict> connection(Throwable cause) {
        // Apache's are of other packages in each of its versions.
        String name = cause.getClass().getSimpleName();
        if (clientDead(cause)) {
            return Optional.of(CLIENT);
        } else if (name.equals("ConnectionPoolTimeoutException") || cause instanceof TimeoutException) {
            return Optional.of(
                    Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NODE).with(Kind.OVERLOADED));
        } else if (cause instanceof ConnectException
                || cause instanceof UnknownHostException
                || cause instanceof NoRouteToHostException
                || cause instanceof UnresolvedAddressException
                || name.equals("ConnectTimeoutException")) {
            return Optional.of(REFUSED);
        } else if (tls(cause).isPresent()) {
            return Optional.of(UNSENT.with(Kind.DENIED));
        } else if (cause instanceof SSLHandshakeException) {
            return Optional.of(UNSENT);
        } else if (cause instanceof SocketTimeoutException) {
            return Optional.of(TIMEOUT);
        } else if (name.equals("ContentTooLongException")) {
            // Of the answer: what was asked has been done.
            return Optional.of(Verdict.of(Outcome.UNKNOWN, Again.NO, Blame.NOBODY));
        } else if (cause instanceof IOException || cause instanceof CancellationException) {
            return Optional.of(BROKEN);
        }
        return Optional.empty();
    }

    /** Whether no connection could be made. */
    static boolean unreached(Verdict verdict) {
        return verdict.outcome() == Outcome.NOT_SENT
                && verdict.kind()
                        .filter(kind -> kind == Kind.REFUSED || kind == Kind.NETWORK)
                        .isPresent();
    }

    /** Whether the client has lost the threads that send, and never sends again. */
    static boolean clientDead(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            // The last is the RestClient's; of a request that a caller has cancelled it says "request was cancelled".
            if (cause instanceof IllegalStateException
                    && (message.contains("I/O reactor")
                            || message.equals("Connection pool shut down")
                            || message.equals("Request execution cancelled"))) {
                return true;
            }
        }
        return false;
    }

    /** Not of Elasticsearch, but of what stands before it, or not to be understood. */
    private static Verdict foreign(TransportException answer) {
        int status = answer.statusCode();
        // With a cause, it is Elasticsearch's, and the caller's types do not take it.
        boolean nonsense = status / 100 == 2 && answer.getCause() == null;
        return nonsense || status / 100 == 3 || status == 408 || status > 504 ? GATEWAY : status(status);
    }

    private static Verdict answered(int status, ErrorCause error, boolean read) {
        return switch (status) {
            case 429 -> tooMany(error, read);
            case 403 -> is(error, "cluster_block_exception") ? blocked(error, read) : status(status);
            case 503 -> unavailable(error);
            case 500 ->
                types(error).anyMatch(BETWEEN_NODES::contains)
                        ? Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.INDEX)
                        : Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.INDEX);
            default -> status(status);
        };
    }

    /** Flood stage was told by this status once; all other blocks are somebody's will. */
    private static Verdict blocked(ErrorCause error, boolean read) {
        boolean flood = error.reason() != null && error.reason().contains("flood");
        return flood && !read ? Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.INDEX) : OWN;
    }

    private static Verdict tooMany(ErrorCause error, boolean read) {
        if (is(error, "cluster_block_exception")) {
            return read ? OWN : Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.INDEX);
        }
        return permanent(error)
                ? Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.CLUSTER).with(Kind.OVERLOADED)
                : OVERLOADED;
    }

    private static Verdict unavailable(ErrorCause error) {
        if (NO_MASTER.contains(error.type())) {
            return Verdict.of(Outcome.NOT_DONE, Again.LATER, Blame.CLUSTER);
        } else if (types(error).anyMatch("es_rejected_execution_exception"::equals)) {
            return OVERLOADED;
        } else if (types(error).anyMatch(BETWEEN_NODES::contains)) {
            return Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.INDEX);
        }
        return Verdict.of(Outcome.NOT_DONE, Again.ONCE, Blame.INDEX);
    }

    private static Verdict status(int status) {
        return switch (status) {
            case 401, 403 -> OWN.with(Kind.DENIED);
            case 429 -> OVERLOADED;
            case 503 -> Verdict.of(Outcome.NOT_DONE, Again.ONCE, Blame.CLUSTER).with(Kind.SHUTTING_DOWN);
            case 502, 504 -> GATEWAY;
            case 500 -> Verdict.of(Outcome.UNKNOWN, Again.NO, Blame.CLUSTER);
            default -> OWN;
        };
    }

    /** A heap that is full for good; a passing lack of it heals. */
    private static boolean permanent(ErrorCause error) {
        return chain(error)
                .filter(cause -> "circuit_breaking_exception".equals(cause.type()))
                .flatMap(cause -> Stream.ofNullable(cause.metadata().get("durability")))
                .anyMatch(durability -> durability.toString().contains("PERMANENT"));
    }

    private static boolean is(ErrorCause error, String type) {
        return chain(error).anyMatch(cause -> type.equals(cause.type()));
    }

    private static Stream<String> types(ErrorCause error) {
        return chain(error).flatMap(cause -> Stream.ofNullable(cause.type()));
    }

    private static Stream<ErrorCause> chain(ErrorCause error) {
        return Stream.concat(
                Stream.of(error),
                Stream.concat(
                        Stream.ofNullable(error.causedBy()).flatMap(ElasticsearchErrors::chain),
                        error.rootCause().stream()));
    }

    /** In the words of either of Apache's clients, and of a kernel that gives up before its process does. */
    private static boolean connectTimedOut(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return cause.getClass().getSimpleName().equals("ConnectTimeoutException")
                || (cause instanceof ConnectException
                        && (message.startsWith("Timeout connecting to") || message.contains("timed out")));
    }

    /** What a probe's failure says about its node; empty for faults of the probe's own. */
    static Optional<Kind> kind(Throwable error) {
        if (error instanceof NodeRefusedException answer && answer.status() >= 500) {
            return Optional.of(Kind.SHUTTING_DOWN);
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            // A connection that was waited for in vain is silence, as an answer is that does not come.
            if (cause instanceof SocketTimeoutException || connectTimedOut(cause)) {
                return Optional.of(Kind.TIMEOUT);
            }
        }
        return of(error, true).kind();
    }
}
