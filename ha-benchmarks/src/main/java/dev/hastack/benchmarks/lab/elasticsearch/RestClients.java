package dev.hastack.benchmarks.lab.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.testkit.ElasticsearchNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;
import org.elasticsearch.client.sniff.SniffOnFailureListener;
import org.elasticsearch.client.sniff.Sniffer;

/** elasticsearch-java by itself, over its RestClient with the addresses of all nodes. */
enum RestClients implements Client<ElasticsearchServers, Searching> {
    DEFAULT(
            "`RestClient` with the three nodes; all else left at its defaults (`connectTimeout` 1 s, `socketTimeout` 30 s, 10"
                    + " connections per node and 30 in all)") {
        @Override
        Searching open(RestClientBuilder builder) {
            RestClient rest = builder.build();
            return searching(rest, () -> close(rest));
        }
    },
    /**
     * As <a
     * href="https://www.elastic.co/docs/reference/elasticsearch/clients/java/transport/rest-client/config/timeouts">Timeouts</a>
     * shows it, with times for callers who wait for a page.
     */
    FINITE("as rest-client-default, with `connectTimeout` 1 s and `socketTimeout` 3 s") {
        @Override
        Searching open(RestClientBuilder builder) {
            RestClient rest = builder.setRequestConfigCallback(
                            request -> request.setConnectTimeout(1_000).setSocketTimeout(3_000))
                    .build();
            return searching(rest, () -> close(rest));
        }
    },
    /**
     * As <a
     * href="https://www.elastic.co/docs/reference/elasticsearch/clients/java/transport/rest-client/sniffer/usage">Sniffer</a>
     * shows it, with the delay of its example.
     */
    SNIFFER(
            "as rest-client-default, with a `Sniffer` (every 5 minutes, its default) and `SniffOnFailureListener`, again 30 s"
                    + " after a failure") {
        @Override
        Searching open(RestClientBuilder builder) {
            SniffOnFailureListener listener = new SniffOnFailureListener();
            RestClient rest = builder.setFailureListener(listener).build();
            Sniffer sniffer = Sniffer.builder(rest)
                    .setSniffAfterFailureDelayMillis(30_000)
                    .build();
            listener.setSniffer(sniffer);
            return searching(rest, () -> {
                sniffer.close();
                close(rest);
            });
        }
    };

    private final String configuration;

    RestClients(String configuration) {
        this.configuration = configuration;
    }

    abstract Searching open(RestClientBuilder builder);

    @Override
    public String id() {
        return "rest-client-" + name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String configuration() {
        return configuration;
    }

    @Override
    public Searching open(ElasticsearchServers servers) {
        return open(RestClient.builder(servers.cluster().nodes().stream()
                .map(ElasticsearchNode::address)
                .map(address -> HttpHost.create(address.toString()))
                .toArray(HttpHost[]::new)));
    }

    private static Searching searching(RestClient rest, Runnable closing) {
        return new Searching(new ElasticsearchClient(new RestClientTransport(rest, new JacksonJsonpMapper())), closing);
    }

    private static void close(RestClient rest) {
        try {
            rest.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a client", e);
        }
    }
}
