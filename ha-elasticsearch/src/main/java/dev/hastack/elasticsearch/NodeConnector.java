package dev.hastack.elasticsearch;

import co.elastic.clients.transport.http.TransportHttpClient;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Makes the HTTP client of one node. Unless one is found by {@link java.util.ServiceLoader}, it is the RestClient that comes with
 * elasticsearch-java 8; bring your own for another, as the Rest5Client of version 9.
 */
public interface NodeConnector {

    /** What requests say of who makes them. Thread-safe. */
    interface Identity {
        /** The headers of a request; the same object while they are the same. */
        Map<String, String> headers();

        /** The same, once it was looked whether they are others by now; may read a file. */
        default Map<String, String> renewed() {
            return headers();
        }
    }

    /**
     * What a node's client has to know.
     *
     * @param node its id
     * @param address where it is, perhaps with a path before all others
     * @param connectTimeout of one connection
     * @param longest that any request may take; ha-stack ends it before, so this is only for its own bugs
     * @param connections how many there may be at once
     * @param identity what each request says of who makes it
     * @param tls for https
     * @param verifyHost whether the certificate must be of this host
     */
    record Target(
            String node,
            URI address,
            Duration connectTimeout,
            Duration longest,
            int connections,
            Identity identity,
            Optional<SSLContext> tls,
            boolean verifyHost) {
        /** Of a request that is made now, such as Authorization: secret. Ask for them at each, since a password may become another. */
        public Map<String, String> headers() {
            return identity.headers();
        }

        /** Without the headers, which hold credentials. */
        @Override
        public String toString() {
            return node + " at " + address;
        }
    }

    /**
     * Makes a client that sends to this node alone, and opens no connection yet. Cancelling the future of one of its requests has to
     * abort that.
     */
    TransportHttpClient connect(Target target);

    /** Whether this client can still send; one that cannot is replaced. */
    default boolean running(TransportHttpClient client) {
        return true;
    }

    /**
     * Closes the connections of this client that have brought no answer for at least so long, and on which nothing is under way; must not block. Does nothing by
     * default: then connections that a firewall has forgotten are found one by one, by requests that are lost on them.
     */
    default void closeIdle(TransportHttpClient client, Duration idle) {}
}
