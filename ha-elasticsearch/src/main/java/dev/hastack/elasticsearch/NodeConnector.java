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

    /**
     * What a node's client has to know.
     *
     * @param node its id
     * @param address where it is, perhaps with a path before all others
     * @param connectTimeout of one connection
     * @param longest that any request may take; ha-stack ends it before, so this is only for its own bugs
     * @param connections how many there may be at once
     * @param headers of each request, such as Authorization: secret
     * @param tls for https
     * @param verifyHost whether the certificate must be of this host
     */
    record Target(
            String node,
            URI address,
            Duration connectTimeout,
            Duration longest,
            int connections,
            Map<String, String> headers,
            Optional<SSLContext> tls,
            boolean verifyHost) {
        public Target {
            headers = Map.copyOf(headers);
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
}
